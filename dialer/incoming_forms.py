"""Forms on calls that come in: how they are taken, and a call to try it with."""

from django import forms
from django.utils.translation import gettext_lazy as _

from dialer.models import IncomingSettings
from jini.lib.forms import PhoneField


class IncomingSettingsForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = IncomingSettings
        fields = ("ring_seconds", "keeps_hours", "takes_messages", "greeting", "greeting_hindi", "unknown_callers")
        widgets = {
            "greeting": forms.Textarea(attrs={"rows": 2}),
            "greeting_hindi": forms.Textarea(attrs={"rows": 2, "lang": "hi"}),
            "unknown_callers": forms.RadioSelect,
        }
        help_texts = {
            "greeting": _("Spoken before the tone. Empty: the standard sentence."),
            "greeting_hindi": _("Spoken to leads whose language is Hindi."),
        }


class SimulatedCallForm(forms.Form):
    """A call of somebody to the organisation, which the simulator makes. Without a number the caller withholds theirs."""

    prefix = "call"

    caller = PhoneField(
        label=_("Number of the caller"),
        required=False,
        help_text=_("A lead's, or any other. Empty: the caller withholds it."),
    )
    patience = forms.IntegerField(label=_("Seconds until the caller gives up"), min_value=5, max_value=300, initial=90)
    message = forms.IntegerField(
        label=_("Seconds of the message on the voicemail"),
        min_value=0,
        max_value=120,
        initial=8,
        help_text=_("0: the caller hangs up at the tone."),
    )
