"""What a person may type of a lead."""

from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from jini.lib.phone import Fault, read_phone
from leads.models import Lead

PHONE_FAULTS: dict[Fault, str | Promise] = {
    Fault.EMPTY: _("Enter a phone number."),
    Fault.LETTERS: _("A phone number has no letters."),
    Fault.SCIENTIFIC: _("This is a rounded number of a spreadsheet; enter all of its digits."),
    Fault.TOO_SHORT: _("The number is too short."),
    Fault.TOO_LONG: _("The number is too long."),
    Fault.INVALID: _("No such number exists in India."),
    Fault.FOREIGN: _("Numbers of other countries are not called."),
    Fault.SPECIAL: _("Short, emergency and premium numbers are not called."),
}


class LeadForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = Lead
        fields = ("name", "phone", "email", "city", "language", "source")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # As typed it may be longer than E.164: the reading decides.
        self.fields["phone"] = forms.CharField(label=_("Phone"), max_length=60, help_text=_("Such as 90000 00012."))

    def clean_phone(self) -> str:
        """Return the number in E.164, or say what is wrong with it."""
        found = read_phone(self.cleaned_data["phone"])
        if found.fault is not None:
            raise forms.ValidationError(str(PHONE_FAULTS[found.fault]))
        return found.numbers[0]


class NoteForm(forms.Form):
    text = forms.CharField(label=_("Note"), max_length=4000, widget=forms.Textarea(attrs={"rows": 3}))
