"""The form that ends the account of an organisation."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation


class CancelForm(forms.Form):
    """The organisation's name is typed, so that nobody does it by a slip."""

    typed = forms.CharField(label=_("Type the name of the organisation"), max_length=200)
    reason = forms.CharField(label=_("Why you leave"), max_length=300, required=False, help_text=_("If you like."))

    def __init__(self, *args: Any, organisation: Organisation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.organisation = organisation
        self.fields["typed"].widget.attrs |= {"autocomplete": "off"}

    def clean_typed(self) -> str:
        typed: str = self.cleaned_data["typed"]
        if _plain(typed) != _plain(self.organisation.name):
            said = _("This is not its name. Type “%(name)s”.")
            raise forms.ValidationError(said, params={"name": self.organisation.name})
        return typed


def _plain(name: str) -> str:
    return " ".join(name.split()).casefold()
