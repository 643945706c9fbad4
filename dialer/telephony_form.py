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
    Provider.TWILIO: _("Rings your telecaller, then the lead. In India leads see a foreign number."),
    Provider.EXOTEL: _("Rings your telecaller, then the lead. Shows an Indian number; calls cannot be held or joined."),
    Provider.OWN_PHONE: _("Telecallers dial from their own SIM."),
}
REGIONS = [("mumbai", _("Mumbai (api.in.exotel.com)")), ("singapore", _("Singapore (api.exotel.com)"))]
# What is asked for each provider outside of this installation: the field, and what the account calls it.
FIELDS = {
    Provider.TWILIO: {"account_sid": "account_sid", "auth_token": "auth_token", "caller_id": "caller_id"},
    Provider.EXOTEL: {
        "exotel_sid": "account_sid",
        "api_key": "api_key",
        "api_token": "api_token",
        "region": "region",
        "exophone": "caller_id",
    },
}
# Never shown again; each belongs to what stands beside it, and is asked for anew when that changes.
SECRETS = {"auth_token": "account_sid", "api_token": "api_key"}
_TWILIO_SID, _WORD = re.compile(r"AC[0-9a-f]{32}"), re.compile(r"[A-Za-z0-9_.-]+")


class TelephonyForm(forms.Form):
    """A provider, and what it needs. A secret is never shown: an empty field keeps the one on file."""

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
    exotel_sid = forms.CharField(
        label=_("Account SID"),
        max_length=64,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": _("Enter the account SID from Exotel's page “API settings”.")},
    )
    region = forms.ChoiceField(
        label=_("Where the account is"),
        choices=REGIONS,
        help_text=_("Exotel's page “API settings” shows the subdomain."),
    )
    api_key = forms.CharField(
        label=_("API key"),
        max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": _("Enter the API key from Exotel's page “API settings”.")},
    )
    api_token = forms.CharField(
        label=_("API token"),
        max_length=100,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        error_messages={"required": _("Enter the API token of this key.")},
    )
    exophone = PhoneField(
        label=_("ExoPhone shown to the lead"),
        help_text=_("One of the account, such as 080 4718 0000."),
        error_messages={"required": _("Enter the number that leads see.")},
    )

    # The browser would ask for hidden fields, too.
    use_required_attribute = False

    def __init__(self, *args: Any, shown: TelephonyAccount, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        accounts = {row.provider: row for row in TelephonyAccount.objects.filter(provider__in=FIELDS)}
        self.initial["provider"] = shown.provider
        self.old: dict[str, str] = {}
        for provider, fields in FIELDS.items():
            account = accounts.get(provider)
            known = {**account.credentials, "caller_id": account.caller_id} if account else {}
            self.old |= {name: known.get(ours, "") for name, ours in fields.items()}
        self.initial.update({name: value for name, value in self.old.items() if name not in SECRETS})
        for name in SECRETS:
            if self.old[name]:
                self.fields[name].help_text = _("One is on file. Leave this empty to keep it.")
                self.fields[name].required = False
        if self.is_bound:
            for provider, fields in FIELDS.items():
                if self.data.get("provider") != provider:
                    self._ask_not(fields)

    def _ask_not(self, names: Any) -> None:
        for name in names:
            self.fields[name].required = False

    @property
    def providers(self) -> list[tuple[str, Any, Any]]:
        """(value, label, what it means) of each provider."""
        return [(value, label, SAYS[Provider(value)]) for value, label in Provider.choices]

    def clean_account_sid(self) -> str:
        sid: str = self.cleaned_data["account_sid"]
        if sid and self.data.get("provider") == Provider.TWILIO and not _TWILIO_SID.fullmatch(sid):
            raise forms.ValidationError(_("It begins with AC, followed by 32 digits and letters from a to f."))
        return sid

    def clean_exotel_sid(self) -> str:
        return self._word("exotel_sid")

    def clean_api_key(self) -> str:
        return self._word("api_key")

    def clean_api_token(self) -> str:
        return self._word("api_token")

    def _word(self, name: str) -> str:
        word: str = self.cleaned_data[name]
        if word and self.data.get("provider") == Provider.EXOTEL and not _WORD.fullmatch(word):
            raise forms.ValidationError(_("It holds letters, digits, dots, dashes and underscores only."))
        return word

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        asked = FIELDS.get(cleaned.get("provider", ""), {})
        for name, owner in SECRETS.items():
            if name in asked and name not in self.errors and not cleaned[name]:
                given = cleaned.get(owner)
                if given and given != self.old[owner]:
                    self.add_error(name, self.fields[name].error_messages["required"])
        return cleaned

    @property
    def changes(self) -> dict[str, str]:
        """What differs from what is on file, of a valid form, by the account's names."""
        asked = FIELDS.get(self.cleaned_data["provider"], {})
        sent = {name: self.cleaned_data[name] for name in asked}
        return {asked[name]: value for name, value in sent.items() if value and value != self.old[name]}
