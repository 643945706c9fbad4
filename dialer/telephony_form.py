"""The form that chooses who carries the calls."""

import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from dialer.models import TelephonyAccount
from jini.lib.forms import PhoneField

Provider = TelephonyAccount.Provider
SAYS = {
    Provider.SIMULATOR: _("Practice: no real call is made."),
    Provider.TWILIO: _("Rings your telecaller, then the lead."),
    Provider.OWN_PHONE: _("Telecallers dial from their own SIM."),
}
_SID = re.compile(r"AC[0-9a-f]{32}")


class TelephonyForm(forms.Form):
    """A provider, and what Twilio needs. The auth token is never shown: an empty field keeps the one on file."""

    provider = forms.ChoiceField(label=_("Provider"), choices=Provider.choices, widget=forms.RadioSelect)
    account_sid = forms.CharField(
        label=_("Account SID"),
        max_length=34,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": _("Enter the account SID from the Twilio console.")},
    )
    auth_token = forms.CharField(
        label=_("Auth token"),
        max_length=100,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        error_messages={"required": _("Enter the auth token of this account.")},
    )
    caller_id = PhoneField(
        label=_("Number shown to the lead"),
        help_text=_("One of the account, such as +1 415 555 2671."),
        error_messages={"required": _("Enter the number that leads see.")},
    )

    # The browser would ask for hidden fields, too.
    use_required_attribute = False

    def __init__(self, *args: Any, shown: TelephonyAccount, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.twilio = TelephonyAccount.objects.filter(provider=Provider.TWILIO).first()
        on_file = self.twilio.credentials if self.twilio else {}
        self.old = {
            "account_sid": on_file.get("account_sid", ""),
            "auth_token": on_file.get("auth_token", ""),
            "caller_id": self.twilio.caller_id if self.twilio else "",
        }
        self.initial.update(
            provider=shown.provider, account_sid=self.old["account_sid"], caller_id=self.old["caller_id"]
        )
        if self.old["auth_token"]:
            self.fields["auth_token"].help_text = _("One is on file. Leave this empty to keep it.")
            self.fields["auth_token"].required = False
        if self.is_bound and self.data.get("provider") != Provider.TWILIO:
            for name in self.old:
                self.fields[name].required = False

    @property
    def providers(self) -> list[tuple[str, Any, Any]]:
        """(value, label, what it means) of each provider."""
        return [(value, label, SAYS[Provider(value)]) for value, label in Provider.choices]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        sid = cleaned.get("account_sid")
        if cleaned.get("provider") != Provider.TWILIO or not sid:
            return cleaned
        if not _SID.fullmatch(sid):
            self.add_error("account_sid", _("It begins with AC, followed by 32 digits and letters from a to f."))
        elif sid != self.old["account_sid"] and not cleaned.get("auth_token") and "auth_token" not in self.errors:
            self.add_error("auth_token", _("Enter the auth token of this account."))
        return cleaned

    @property
    def changes(self) -> dict[str, str]:
        """What differs from what is on file, of a valid form; only Twilio has anything to keep."""
        if self.cleaned_data["provider"] != Provider.TWILIO:
            return {}
        sent = {name: self.cleaned_data[name] for name in self.old}
        return {name: value for name, value in sent.items() if value and value != self.old[name]}
