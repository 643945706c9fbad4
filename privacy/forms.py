"""The boxes under which a person agrees to the documents in force, and the contact rules."""

import datetime as dt
from typing import Any, cast

import phonenumbers
from django import forms
from django.utils.dates import WEEKDAYS
from django.utils.functional import cached_property
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from privacy import policies
from privacy.actions.choosing import choose
from privacy.choices import OFFERS
from privacy.contact_words import KINDS
from privacy.models import Choice, ContactPolicy, Policy

# TRAI: promotional calls from 10:00 to 21:00 (TCCCPR 2018 and its practice).
EARLIEST, LATEST = dt.time(10), dt.time(21)
MOST_DND_DAYS = 90
PAIRS = (("accepts_privacy", Policy.Kind.PRIVACY), ("accepts_terms", Policy.Kind.TERMS))


class AcceptanceForm(forms.Form):
    """One unticked box of its own for each document, and one for news that may stay empty.

    `read` carries the documents that were on the page: when a new version took effect since, it must be read first.
    """

    template_name = "privacy/_acceptance.html"

    accepts_privacy = forms.BooleanField(
        label=_("I have read the privacy policy and accept it for myself and my organisation."),
        error_messages={"required": _("Tick this box to go on.")},
    )
    accepts_terms = forms.BooleanField(
        label=_("I accept the terms of service."), error_messages={"required": _("Tick this box to go on.")}
    )
    wants_news = forms.BooleanField(
        label=cast("str", OFFERS[Choice.Purpose.MARKETING].wording),
        help_text=_("Optional; change it any time."),
        required=False,
    )
    read = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, data: Any = None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.initial["read"] = self._fingerprint()

    @cached_property
    def documents(self) -> dict[str, Policy]:
        """The documents in force in the language of the page, by the name of their box."""
        language = get_language() or "en"
        return {box: policies.in_force(kind, language) for box, kind in PAIRS}

    def _fingerprint(self) -> str:
        return " ".join(f"{policy.kind}.{policy.version}" for policy in self.documents.values())

    def clean_read(self) -> str:
        if self.cleaned_data["read"] != self._fingerprint():
            # Shown with the fresh text: the field is filled anew.
            self.data = {**self.data.dict(), "read": self._fingerprint()}  # type: ignore[attr-defined]
            raise forms.ValidationError(_("A document has changed meanwhile. Read it, then tick the boxes again."))
        return self.cleaned_data["read"]

    def record(self, user: User, *, ip_address: str | None, user_agent: str) -> None:
        """Write the proof: document, version, hash, wording of the box, time, address and browser; and the choice of news."""
        for box, policy in self.documents.items():
            policies.keep_proof(user, policy, str(self.fields[box].label), ip_address=ip_address, user_agent=user_agent)
        choose(
            user,
            Choice.Purpose.MARKETING,
            is_given=self.cleaned_data["wants_news"],
            wording=str(self.fields["wants_news"].label),
            place=Choice.Place.SIGN_UP,
            seen={"ip_address": ip_address, "user_agent": user_agent},
        )


class ContactPolicyForm(forms.ModelForm):  # type: ignore[type-arg]
    """When and how often this organisation calls. Hours beyond what India allows for promotional calls are refused."""

    weekdays = forms.TypedMultipleChoiceField(
        label=_("Days"), coerce=int, choices=list(WEEKDAYS.items()), widget=forms.CheckboxSelectMultiple
    )
    countries = forms.CharField(
        label=_("Countries that may be called"), help_text=_("Two letters each, such as IN, AE."), max_length=200
    )

    kinds = forms.MultipleChoiceField(
        label=_("Kinds of numbers that may be called"),
        choices=KINDS,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Premium, short and emergency numbers are never called."),
    )

    class Meta:
        model = ContactPolicy
        fields = [
            "weekdays",
            "opens_at",
            "closes_at",
            "minimum_gap_minutes",
            "daily_attempts",
            "rolling_attempts",
            "lifetime_attempts",
            "number_daily_attempts",
            "number_rolling_attempts",
            "number_lifetime_attempts",
            "morning_attempts",
            "afternoon_attempts",
            "evening_attempts",
            "countries",
            "kinds",
            "requires_dnd",
            "dnd_days",
        ]
        labels = {
            "opens_at": _("From"),
            "closes_at": _("Until"),
            "minimum_gap_minutes": _("Minutes between two calls to one person"),
            "daily_attempts": _("Calls to one person a day"),
            "rolling_attempts": _("Calls to one person in 24 hours"),
            "lifetime_attempts": _("Calls to one person in all"),
            "number_daily_attempts": _("A day"),
            "number_rolling_attempts": _("In 24 hours"),
            "number_lifetime_attempts": _("In all"),
            "morning_attempts": _("Morning, before 12:00"),
            "afternoon_attempts": _("Afternoon, 12:00 to 16:00"),
            "evening_attempts": _("Evening, from 16:00"),
            "requires_dnd": _("Promotional calls need a clean result of the DND registry"),
            "dnd_days": _("Days for which a result counts"),
        }
        widgets = {
            "opens_at": forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
            "closes_at": forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["countries"] = ", ".join(self.instance.countries)

    def clean_opens_at(self) -> dt.time:
        return self._allowed("opens_at")

    def clean_closes_at(self) -> dt.time:
        return self._allowed("closes_at")

    def _allowed(self, name: str) -> dt.time:
        time: dt.time = self.cleaned_data[name]
        if not EARLIEST <= time <= LATEST:
            raise forms.ValidationError(_("Promotional calls in India are allowed from 10:00 to 21:00."))
        return time

    def clean_dnd_days(self) -> int:
        days: int = self.cleaned_data["dnd_days"]
        if not 1 <= days <= MOST_DND_DAYS:
            raise forms.ValidationError(_("From 1 to 90 days."))
        return days

    def clean_countries(self) -> list[str]:
        countries = self.cleaned_data["countries"].upper().replace(",", " ").split()
        unknown = [country for country in countries if country not in phonenumbers.SUPPORTED_REGIONS]
        if unknown:
            raise forms.ValidationError(_("There is no country %s.") % ", ".join(unknown))
        return list(dict.fromkeys(countries))

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        opens_at, closes_at = cleaned.get("opens_at"), cleaned.get("closes_at")
        if opens_at and closes_at and opens_at >= closes_at:
            self.add_error("closes_at", _("It must be later than the start."))
        daily, lifetime = cleaned.get("daily_attempts"), cleaned.get("lifetime_attempts")
        if daily is not None and lifetime is not None and daily > lifetime:
            self.add_error("lifetime_attempts", _("It cannot be less than the calls a day."))
        for name in ("daily_attempts", "rolling_attempts", "lifetime_attempts"):
            on_person, on_number = cleaned.get(name), cleaned.get(f"number_{name}")
            if on_person is not None and on_number is not None and on_number > on_person:
                self.add_error(f"number_{name}", _("It cannot be more than for one person."))
        return cleaned
