"""Form fields and forms that are at home nowhere else."""

from collections.abc import Iterator
from typing import Any

import phonenumbers
from django import forms
from django.forms import BoundField
from django.utils.translation import gettext_lazy as _

from jini.lib import words


def typed(text: str, *, longest: int = 200) -> str:
    """Return what came in a field that has no form: at most `longest` characters, and no NUL, which no column holds."""
    return text.replace("\x00", "")[:longest]


class PhoneField(forms.CharField):
    """A phone number as people write it, an Indian one unless it says otherwise; clean is E.164 or empty."""

    default_error_messages = {
        "unreadable": _("This is no phone number; one looks like 90000 00012 or +91 90000 00012."),
    }

    def __init__(self, *, max_length: int = 30, **kwargs: Any) -> None:
        super().__init__(max_length=max_length, **kwargs)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return super().widget_attrs(widget) | {"type": "tel", "autocomplete": "tel"}

    def prepare_value(self, value: Any) -> Any:
        return words.phone_number(value, country=True) if isinstance(value, str) else value

    def clean(self, value: Any) -> str:
        text: str = super().clean(value)
        if not text:
            return ""
        # To the library a letter is a key of a telephone, or "x" the start of an extension; to us it is a slip.
        if any(character.isalpha() for character in text):
            raise forms.ValidationError(self.error_messages["unreadable"], code="unreadable")
        try:
            number = phonenumbers.parse(text, "IN")
        except phonenumbers.NumberParseException as error:
            raise forms.ValidationError(self.error_messages["unreadable"], code="unreadable") from error
        if not phonenumbers.is_possible_number(number):
            raise forms.ValidationError(self.error_messages["unreadable"], code="unreadable")
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


class Together:
    """Forms of one `<form>` element, with what `components/error_summary.html` asks of a form."""

    def __init__(self, *members: forms.BaseForm) -> None:
        self.members = members

    def is_valid(self) -> bool:
        """Whether all are; each is asked, so that every mistake is shown at once."""
        answers = [member.is_valid() for member in self.members]
        return all(answers)

    @property
    def errors(self) -> dict[str, Any]:
        return {name: errors for member in self.members for name, errors in member.errors.items()}

    def non_field_errors(self) -> list[Any]:
        return [error for member in self.members for error in member.non_field_errors()]

    def __iter__(self) -> Iterator[BoundField]:
        for member in self.members:
            yield from member
