"""Forms on how calls are made: for the organisation, and for one campaign."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from dialer.models import Campaign, DialerSettings, Disposition


class DialerSettingsForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = DialerSettings
        fields = (
            "default_mode",
            "may_dial_themselves",
            "wrap_up_seconds",
            "outcome_minutes",
            "not_connected_needs_follow_up",
            "lease_minutes",
            "hot_lead_minutes",
            "language",
        )


class CampaignCallingForm(forms.ModelForm):  # type: ignore[type-arg]
    """How the leads of a campaign are called: how calls start, how long a wrap-up may take, which outcomes are offered."""

    # Filled in __init__: outside a scope there are no outcomes.
    offered = forms.ModelMultipleChoiceField(
        label=_("Outcomes that are offered"),
        queryset=Disposition.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        help_text=_("One that is added later is offered at first."),
        error_messages={"required": _("Offer one of each group at least: connected, and not connected.")},
    )

    class Meta:
        model = Campaign
        fields = ("mode", "countdown_seconds", "may_skip", "wrap_up_seconds", "recorded", "detects_machines")
        widgets = {"mode": forms.RadioSelect, "recorded": forms.RadioSelect}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._outcomes = list(Disposition.objects.in_order())
        left_out = set(self.instance.left_out.values_list("disposition_id", flat=True))
        offered: Any = self.fields["offered"]
        offered.queryset = Disposition.objects.in_order()
        offered.label_from_instance = lambda outcome: outcome.label
        self.initial["offered"] = [outcome.pk for outcome in self._outcomes if outcome.pk not in left_out]

    def clean_offered(self) -> Any:
        """A telecaller must find an outcome, whatever came of the call."""
        offered = self.cleaned_data["offered"]
        if {outcome.group for outcome in offered} != {outcome.group for outcome in self._outcomes}:
            raise forms.ValidationError(_("Offer one of each group at least: connected, and not connected."))
        return offered

    @property
    def left_out(self) -> list[Disposition]:
        """The outcomes in use that a valid form does not offer."""
        offered = set(self.cleaned_data["offered"])
        return [outcome for outcome in self._outcomes if outcome not in offered]
