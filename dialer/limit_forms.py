"""Forms of what a day's calls may take, and of the switch that stops them."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from dialer.models import Dialling
from privacy.models import ContactPolicy


class LimitsForm(forms.ModelForm):  # type: ignore[type-arg]
    """How many calls, minutes and rupees a day may take, for everybody together and for each person."""

    class Meta:
        model = ContactPolicy
        fields = (
            "daily_calls",
            "daily_minutes",
            "daily_spend",
            "member_daily_calls",
            "member_daily_minutes",
            "member_daily_spend",
        )
        labels = {
            "daily_calls": _("Calls a day"),
            "daily_minutes": _("Minutes of talk a day"),
            "daily_spend": _("Rupees a day"),
            "member_daily_calls": _("Calls a day"),
            "member_daily_minutes": _("Minutes of talk a day"),
            "member_daily_spend": _("Rupees a day"),
        }

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        for name in ("daily_calls", "daily_minutes", "daily_spend"):
            of_all, of_one = cleaned.get(name), cleaned.get(f"member_{name}")
            if of_all is not None and of_one is not None and of_one > of_all:
                self.add_error(f"member_{name}", _("It cannot be more than for everybody together."))
            for field, limit in ((name, of_all), (f"member_{name}", of_one)):
                if limit is not None and limit < 0:
                    self.add_error(field, _("It cannot be less than 0."))
        return cleaned


class PricesForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = Dialling
        fields = ("minute_price", "dollar_rate")
        help_texts = {
            "minute_price": _(
                "Both legs together, with tax. Set aside for three minutes before each call, and taken as its price until "
                "the provider tells it. Empty: nothing is set aside."
            ),
            "dollar_rate": _("Twilio tells prices in dollars. Empty: the price of a minute stands instead."),
        }


class StopForm(forms.Form):
    """Why all calls stop; whoever is kept from calling asks."""

    reason = forms.CharField(
        label=_("Reason"), max_length=200, error_messages={"required": _("Say why, for those who cannot call.")}
    )
    ends_calls = forms.BooleanField(
        label=_("End the calls under way, too"),
        required=False,
        help_text=_("Otherwise they may go on to their end."),
    )
