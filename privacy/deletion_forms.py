"""The form of deleting one's own account."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


class DeletionForm(forms.Form):
    """The own e-mail address, typed, so that nobody deletes an account by a slip."""

    email = forms.CharField(label=_("Type your e-mail address"), max_length=254)

    def __init__(self, *args: Any, email: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.wanted = email
        self.fields["email"].widget.attrs |= {"autocomplete": "off", "inputmode": "email"}

    def clean_email(self) -> str:
        typed: str = self.cleaned_data["email"].strip()
        if typed.lower() != self.wanted.lower():
            raise forms.ValidationError(_("Type %(email)s to go on.") % {"email": self.wanted})
        return typed
