"""Form of the buttons that control a running call."""

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from dialer.models import Control
from dialer.providers.port.conferences import DIGITS, MOST_DIGITS


class ControlForm(forms.Form):
    """`do` is what was pressed, `digits` the key or keys of the keypad."""

    do = forms.ChoiceField(choices=Control.Kind.choices)
    digits = forms.CharField(
        label=_("Digits"),
        required=False,
        max_length=MOST_DIGITS,
        validators=[RegexValidator(rf"^[{DIGITS}]+\Z", _("Only the digits 0 to 9, * and # can be sent."))],
    )

    def clean(self) -> None:
        if self.cleaned_data.get("do") == Control.Kind.DIGITS and not self.errors and not self.cleaned_data["digits"]:
            self.add_error("digits", _("Type the digits that are to be sent."))
        elif self.cleaned_data.get("do") != Control.Kind.DIGITS:
            self.cleaned_data["digits"] = ""
