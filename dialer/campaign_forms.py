"""The form of a campaign."""

from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from dialer.models import Campaign, CampaignList, Disposition, PhoneNumber, RetryRule, TelephonyAccount
from dialer.number_forms import name_of
from jini.lib.words import phone_number
from privacy.contact_facts import series_of
from privacy.models import ContactPolicy
from teams.visibility import people_seen_by, sight_of


class CampaignForm(forms.ModelForm):  # type: ignore[type-arg]
    """A campaign, its members, and for each outcome of the kind "not connected" when and how often it is tried again."""

    # Filled in __init__: outside a scope nobody is a member.
    members = forms.ModelMultipleChoiceField(
        label=_("Who calls"), queryset=Membership.objects.none(), widget=forms.CheckboxSelectMultiple
    )

    number = forms.ModelChoiceField(
        label=_("Number shown to its leads"), queryset=PhoneNumber.objects.none(), required=False
    )

    class Meta:
        model = Campaign
        fields = (
            "name",
            "priority",
            "opens_at",
            "closes_at",
            "maximum_attempts",
            "fresh_every",
            "keep_hours",
            "purpose",
            "number",
        )
        widgets = {
            "opens_at": forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
            "closes_at": forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        }

    def __init__(self, *args: Any, by: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._sight = sight_of(by)
        people: Any = self.fields["members"]
        people.queryset = people_seen_by(by).active()
        people.label_from_instance = lambda member: member.name
        self._add_number()
        if self.is_there:
            self.fields["members"].initial = self.instance.campaign_members.values_list("member_id", flat=True)
        else:
            self.fields["order"] = forms.ChoiceField(
                label=_("Order"),
                choices=CampaignList.Order,
                initial=CampaignList.Order.OLDEST,
                help_text=_("Can be changed later, and for each list."),
            )
        self.outcomes = [row for row in Disposition.objects.in_order() if row.retry_minutes]
        self._add_retries()

    def _add_number(self) -> None:
        """Offer the numbers in use of the provider that carries the calls, and the one that the campaign has."""
        account = TelephonyAccount.objects.get(is_active=True)
        offered = Q(is_active=True, provider=account.provider) | Q(pk=self.instance.number_id)
        field: Any = self.fields["number"]
        field.queryset = PhoneNumber.objects.filter(offered).in_order()
        field.label_from_instance = name_of
        own = phone_number(account.caller_id, country=True) if account.caller_id else _("none yet")
        field.empty_label = _("As in Telephony: %(phone)s") % {"phone": own}

    def _add_retries(self) -> None:
        rules = {}
        if self.is_there:
            rules = {rule.disposition_id: rule for rule in RetryRule.objects.filter(campaign=self.instance)}
        for outcome in self.outcomes:
            rule = rules.get(outcome.pk)
            label = outcome.label
            self.fields[f"delay_{outcome.pk.hex}"] = forms.IntegerField(
                label=_("%(outcome)s: again after, minutes") % {"outcome": label},
                min_value=2,
                max_value=43_200,
                initial=rule.delay_minutes if rule else outcome.retry_minutes,
            )
            self.fields[f"times_{outcome.pk.hex}"] = forms.IntegerField(
                label=_("%(outcome)s: times at most") % {"outcome": label},
                min_value=1,
                max_value=10,
                initial=rule.attempts if rule else outcome.retry_attempts,
            )

    @property
    def callers(self) -> list[Membership]:
        """Who calls the campaign by a valid form: who was ticked, and whom the form could not offer, since they are not seen."""
        callers = (
            [row.member for row in self.instance.campaign_members.select_related("member")] if self.is_there else []
        )
        return [*self.cleaned_data["members"], *(row for row in callers if not self._sight.covers(row.pk))]

    @property
    def is_there(self) -> bool:
        """Whether the campaign is one that was saved before."""
        return not self.instance._state.adding  # noqa: SLF001 -- Django's documented name

    @property
    def retry_fields(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        return [(self[f"delay_{row.pk.hex}"], self[f"times_{row.pk.hex}"]) for row in self.outcomes]

    @property
    def retries(self) -> dict[Disposition, tuple[int, int]]:
        """The retry rules of a valid form."""
        cleaned = self.cleaned_data
        return {row: (cleaned[f"delay_{row.pk.hex}"], cleaned[f"times_{row.pk.hex}"]) for row in self.outcomes}

    def clean_name(self) -> str:
        """Refuse a name that another campaign has in any case: a constraint that the form cannot see."""
        name = self.cleaned_data["name"].strip()
        if Campaign.objects.filter(name__iexact=name).exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError(_("Another campaign has this name."))
        return name

    def clean_number(self) -> PhoneNumber | None:
        """Refuse a number, the account's own too, on which every call to India would be refused."""
        number: PhoneNumber | None = self.cleaned_data["number"]
        account = TelephonyAccount.objects.get(is_active=True)
        shown = number or PhoneNumber.objects.filter(provider=account.provider, phone=account.caller_id).first()
        series = shown.series if shown else series_of(account.caller_id)
        is_own_phone = account.provider == TelephonyAccount.Provider.OWN_PHONE
        if not (is_own_phone or ContactPolicy.objects.get().may_carry(self.cleaned_data.get("purpose", ""), series)):
            raise forms.ValidationError(_("It may not carry calls of this kind. Settings, Numbers says which may."))
        return number

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("opens_at") and cleaned.get("closes_at") and cleaned["opens_at"] >= cleaned["closes_at"]:
            self.add_error("closes_at", _("Calls must end after they start."))
        if not 1 <= (cleaned.get("priority") or 1) <= 9:
            self.add_error("priority", _("Choose a priority from 1 to 9."))
        if not 1 <= (cleaned.get("maximum_attempts") or 1) <= 30:
            self.add_error("maximum_attempts", _("Choose 1 to 30 attempts."))
        if not 2 <= (cleaned.get("fresh_every") or 2) <= 20 or cleaned.get("fresh_every") == 0:
            self.add_error("fresh_every", _("Choose 2 to 20, or leave it empty."))
        if cleaned.get("keep_hours") is not None and not 1 <= cleaned["keep_hours"] <= 720:
            self.add_error("keep_hours", _("Choose 1 to 720 hours, or leave it empty."))
        return cleaned
