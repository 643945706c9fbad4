"""What is asked when somebody notes that a lead agreed, refused or took it back."""

import datetime as dt
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from leads.actions.consents import Said
from leads.models import Consent
from privacy.contact_facts import Channel, Purpose

Source, State = Consent.Source, Consent.State
# What a member says it came by; the others are said by what brings them in.
BY_HAND = (Source.CALL, Source.FORM, Source.MESSAGE, Source.LETTER)


# What a telecaller asks, unless they write other words.
QUESTIONS: dict[tuple[str, str], Any] = {
    (Purpose.PROMOTIONAL, Channel.CALL): _("May we call you about our offers?"),
    (Purpose.PROMOTIONAL, Channel.SMS): _("May we send you our offers by SMS?"),
    (Purpose.PROMOTIONAL, Channel.WHATSAPP): _("May we send you our offers by WhatsApp?"),
    (Purpose.PROMOTIONAL, Channel.EMAIL): _("May we send you our offers by e-mail?"),
    (Purpose.SERVICE, Channel.CALL): _("May we call you about what you asked us for?"),
    (Purpose.SERVICE, Channel.SMS): _("May we write to you by SMS about what you asked us for?"),
    (Purpose.SERVICE, Channel.WHATSAPP): _("May we write to you by WhatsApp about what you asked us for?"),
    (Purpose.SERVICE, Channel.EMAIL): _("May we write to you by e-mail about what you asked us for?"),
}


class ConsentForm(forms.Form):
    """Two buttons send it, which say `state`: agreed, or the opposite. Who agreed has words as proof."""

    state = forms.ChoiceField(choices=State, widget=forms.HiddenInput)
    source = forms.ChoiceField(
        label=_("How they said it"), choices=[(source.value, source.label) for source in BY_HAND]
    )
    wording = forms.CharField(
        label=_("What they were asked, or said"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    obtained_at = forms.DateTimeField(
        label=_("When"),
        required=False,
        help_text=_("Empty: now."),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    valid_until = forms.DateField(
        label=_("Agreed until"),
        required=False,
        help_text=_("Empty: until they take it back."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    evidence = forms.CharField(
        label=_("Reference of the proof"),
        max_length=200,
        required=False,
        help_text=_("Such as the number of a form or a registration on the DLT portal."),
    )

    def clean_obtained_at(self) -> dt.datetime | None:
        at: dt.datetime | None = self.cleaned_data["obtained_at"]
        if at is not None and at > timezone.now():
            raise forms.ValidationError(_("This time is yet to come."))
        return at

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("state") != State.GIVEN:
            return cleaned
        if not cleaned.get("wording") and "wording" not in self.errors:
            self.add_error("wording", _("Write what they agreed to, as proof."))
        until, at = cleaned.get("valid_until"), cleaned.get("obtained_at") or timezone.now()
        if until is not None and _end_of(until) <= at:
            self.add_error("valid_until", _("It must be later than when they said it."))
        return cleaned

    def said(self, purpose: Purpose, channel: Channel) -> Said:
        """What the valid form says."""
        sent = self.cleaned_data
        return Said(
            purpose,
            channel,
            State(sent["state"]),
            Source(sent["source"]),
            wording=" ".join(sent["wording"].split()),
            evidence=sent["evidence"],
            obtained_at=sent["obtained_at"],
            valid_until=_end_of(sent["valid_until"]) if sent["valid_until"] else None,
        )


def _end_of(day: dt.date) -> dt.datetime:
    """The first moment after `day`, where the organisation is."""
    return timezone.make_aware(dt.datetime.combine(day + dt.timedelta(days=1), dt.time()))
