"""The form that gives a call another outcome later."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from dialer.models import Call, Disposition


class OutcomeForm(forms.Form):
    """Another outcome for `call`, and why. `was` carries the outcome that the page showed, empty for none."""

    # Filled in __init__: outside a scope there are no outcomes.
    outcome = forms.ModelChoiceField(
        label=_("Outcome"), queryset=Disposition.objects.none(), error_messages={"required": _("Choose an outcome.")}
    )
    reason = forms.CharField(label=_("Why it changes"), max_length=200, required=False)
    was = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(self, call: Call, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.update(outcome=call.disposition_id, was=call.disposition_id)
        outcomes: Any = self.fields["outcome"]
        outcomes.queryset = Disposition.objects.offered_on(call)
        outcomes.label_from_instance = lambda outcome: outcome.label
