"""One press of a switch: which purpose, and whether it is allowed from now on."""

from django import forms
from django.utils.http import url_has_allowed_host_and_scheme

from privacy.choices import OFFERS
from privacy.models import Choice

ASKED_AT = [Choice.Place.PAGE, Choice.Place.BAR]


class ChoiceForm(forms.Form):
    purpose = forms.ChoiceField(choices=[(purpose, purpose) for purpose in OFFERS])
    state = forms.ChoiceField(choices=Choice.State.choices)
    place = forms.ChoiceField(choices=[(place, place) for place in ASKED_AT])
    next = forms.CharField(required=False)

    def clean_next(self) -> str:
        """Where to go then: a path of our own, or nothing."""
        path: str = self.cleaned_data["next"]
        return path if url_has_allowed_host_and_scheme(path, allowed_hosts=None) else ""
