"""Forms of erasing a person."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class AskForm(forms.Form):
    """Asked from the page of a lead: typed, so that nobody does it by a slip."""

    WORD = pgettext_lazy("typed to confirm", "ERASE")

    typed = forms.CharField(label=_("Type ERASE"), max_length=20)
    reason = forms.CharField(
        label=_("Who asked for it, and how"), max_length=300, required=False, help_text=_("Without the person's name.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["typed"].widget.attrs |= {"autocomplete": "off"}

    def clean_typed(self) -> str:
        typed: str = self.cleaned_data["typed"].strip()
        if typed.upper() not in {"ERASE", str(self.WORD).upper()}:
            raise forms.ValidationError(_("Type the word ERASE to go on."))
        return typed


class RefusalForm(forms.Form):
    why = forms.CharField(label=_("Why"), max_length=300)
