"""The form by which somebody writes down a call that was made elsewhere."""

import datetime as dt
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from dialer.actions.logging_calls import Told, is_over
from dialer.device_calls.reading import Faulty, started_within
from dialer.models import Call, Disposition
from jini.lib.words import phone_number
from leads.models import Lead

LONGEST_NOTE = 4000


class MomentInput(forms.DateTimeInput):
    """A date and time as browsers ask for them, in the zone of the page."""

    input_type = "datetime-local"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%dT%H:%M")


class LogCallForm(forms.Form):
    """When, with which number, how long they talked, and how it went."""

    started_at = forms.DateTimeField(label=_("When"), widget=MomentInput())
    direction = forms.ChoiceField(label=_("Who called"), choices=Call.Direction.choices)
    phone = forms.ChoiceField(label=_("Number"))
    minutes = forms.IntegerField(label=_("Talked, minutes"), min_value=0, max_value=1439, initial=0)
    seconds = forms.IntegerField(label=_("and seconds"), min_value=0, max_value=59, initial=0)
    # Filled in __init__: outside a scope there are no outcomes.
    outcome = forms.ModelChoiceField(
        label=_("Outcome"), queryset=Disposition.objects.none(), error_messages={"required": _("Choose an outcome.")}
    )
    follow_up_at = forms.DateTimeField(
        label=_("Call again"),
        required=False,
        widget=MomentInput(),
        help_text=_("Needed for outcomes that ask when to call again."),
    )
    note = forms.CharField(
        label=_("Note"), required=False, max_length=LONGEST_NOTE, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, lead: Lead, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        numbers = [lead.phone, *lead.phones.order_by("position", "id").values_list("phone", flat=True)]
        phone: Any = self.fields["phone"]
        phone.choices = [(number, phone_number(number)) for number in numbers]
        outcomes: Any = self.fields["outcome"]
        outcomes.queryset = Disposition.objects.in_order()
        outcomes.label_from_instance = lambda outcome: outcome.label

    def clean_started_at(self) -> dt.datetime:
        try:
            return started_within(self.cleaned_data["started_at"], timezone.now())
        except Faulty as fault:
            raise forms.ValidationError(str(fault.message)) from fault

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if not self.errors and not is_over(self.told):
            self.add_error("started_at", _("By this the call would not be over yet."))
        return cleaned

    @property
    def told(self) -> Told:
        """What was written of the call, of a valid form."""
        sent = self.cleaned_data
        return Told(sent["phone"], sent["direction"], sent["started_at"], sent["minutes"] * 60 + sent["seconds"])
