"""The form of a list of a campaign."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from dialer.campaigns.lists import today
from dialer.models import Campaign, CampaignList
from leads.models import SavedView


class CampaignListForm(forms.ModelForm):  # type: ignore[type-arg]
    """A list; a new one may be filled with the leads of a view."""

    # Filled in __init__: outside a scope there are no lists.
    after = forms.ModelChoiceField(
        label=_("Starts"),
        queryset=CampaignList.objects.none(),
        required=False,
        empty_label=_("At once"),
        help_text=_("After another list: when that one has nothing to call, or has ended."),
    )

    class Meta:
        model = CampaignList
        fields = ("name", "share", "order", "ends_on", "after")
        widgets = {"ends_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")}

    def __init__(self, *args: Any, campaign: Campaign, by: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.instance.campaign = campaign
        self.siblings = CampaignList.objects.filter(campaign=campaign).exclude(pk=self.instance.pk)
        after: Any = self.fields["after"]
        # Only those made before it, so that no two wait for each other.
        after.queryset = self.siblings.filter(pk__lt=self.instance.pk).in_order()
        after.label_from_instance = lambda row: _("After “%(name)s”") % {"name": row.name}
        if self.is_there and self.instance.state != CampaignList.State.WAITING:
            del self.fields["after"]
        if not self.is_there:
            view: Any = forms.ModelChoiceField(
                label=_("Leads of the view"),
                queryset=SavedView.objects.visible_to(by).order_by("name", "id"),
                required=False,
                empty_label=_("None yet"),
                help_text=_("Or add leads to it later, on the page of leads."),
            )
            view.label_from_instance = lambda row: row.name
            self.fields["view"] = view

    @property
    def is_there(self) -> bool:
        """Whether the list is one that was saved before."""
        return not self.instance._state.adding  # noqa: SLF001 -- Django's documented name

    def clean_name(self) -> str:
        """Refuse a name that another list of the campaign has in any case: a constraint that the form cannot see."""
        name: str = self.cleaned_data["name"].strip()
        if self.siblings.filter(name__iexact=name).exists():
            raise forms.ValidationError(_("Another list of the campaign has this name."))
        return name

    def clean_share(self) -> int:
        share: int = self.cleaned_data["share"]
        if not 1 <= share <= 9:
            raise forms.ValidationError(_("Choose a share from 1 to 9."))
        return share

    def clean_ends_on(self) -> Any:
        ends_on = self.cleaned_data["ends_on"]
        if ends_on is not None and ends_on < today() and "ends_on" in self.changed_data:
            raise forms.ValidationError(_("This day is over. Choose today or later, or leave it empty."))
        return ends_on
