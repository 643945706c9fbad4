"""Forms of people and organisations."""

import zoneinfo
from typing import Any

from django import forms
from django.contrib.auth import password_validation
from django.utils.translation import gettext_lazy as _

from accounts.models import Invitation, Membership, Organisation, User
from accounts.permissions import Role
from jini.lib import indian
from jini.lib.forms import PhoneField

# Shown first, since nearly everybody needs one of them.
COMMON_ZONES = ["Asia/Kolkata", "Asia/Dubai", "Asia/Kathmandu", "Asia/Dhaka", "Asia/Colombo", "Asia/Singapore"]


def zone_choices() -> list[tuple[str, str]]:
    """Return all time zones, the common ones first, and India's with a name that people know."""
    others = sorted(
        zone for zone in zoneinfo.available_timezones() if "/" in zone and not zone.startswith(("Etc/", "SystemV/"))
    )
    names = [*COMMON_ZONES, *(zone for zone in others if zone not in COMMON_ZONES)]
    return [(name, f"{name} (UTC+5:30)" if name == "Asia/Kolkata" else name) for name in names]


class OrganisationForm(forms.ModelForm):  # type: ignore[type-arg]
    """The firm: what it is called, where it is, and its registration."""

    time_zone = forms.ChoiceField(label=_("Time zone"), choices=zone_choices, initial="Asia/Kolkata")
    phone = PhoneField(label=_("Phone of the organisation"), required=False)
    region = forms.ChoiceField(label=_("State"), choices=indian.state_choices, required=False)
    pin = forms.CharField(label=_("PIN code"), required=False)
    gstin = forms.CharField(label=_("GSTIN"), required=False)
    pan = forms.CharField(label=_("PAN"), required=False, help_text=_("Stored encrypted."))

    class Meta:
        model = Organisation
        fields = ["name", "time_zone", "phone", "address", "city", "region", "pin", "gstin", "pan"]
        labels = {"name": _("Organisation name"), "address": _("Address"), "city": _("City")}
        widgets = {
            "name": forms.TextInput(attrs={"autocomplete": "organization"}),
            "address": forms.TextInput(attrs={"autocomplete": "street-address"}),
            "city": forms.TextInput(attrs={"autocomplete": "address-level2"}),
        }

    @property
    def has_registration_errors(self) -> bool:
        """Whether the part that is folded away at first must be open to show its errors."""
        return any(name in self.errors for name in ("address", "city", "region", "pin", "gstin", "pan"))

    def clean_pin(self) -> str:
        return self._checked("pin", indian.validate_pin)

    def clean_gstin(self) -> str:
        return self._checked("gstin", indian.validate_gstin)

    def clean_pan(self) -> str:
        return self._checked("pan", indian.validate_pan)

    def _checked(self, name: str, validate: Any) -> str:
        text = indian.compact(self.cleaned_data[name])
        if text:
            validate(text)
        return text

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        gstin, pan = cleaned.get("gstin"), cleaned.get("pan")
        if gstin and pan and indian.pan_of_gstin(gstin) != pan:
            self.add_error("pan", _("It differs from the PAN within the GSTIN, %s.") % indian.pan_of_gstin(gstin))
        return cleaned


class OrganisationSettingsForm(OrganisationForm):
    """The same for an organisation that exists. The PAN is never shown: an empty field keeps the one on file."""

    removes_pan = forms.BooleanField(label=_("Remove the PAN on file"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["pan"] = ""
        if masked := self.instance.masked_pan:
            self.fields["pan"].help_text = _("On file: %s. Leave this empty to keep it.") % masked
        else:
            del self.fields["removes_pan"]

    def clean_pan(self) -> str:
        # The instance still holds the stored one: fields are written to it after cleaning.
        return super().clean_pan() or self.instance.pan

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("removes_pan"):
            cleaned["pan"] = ""
        return cleaned


class InvitationForm(forms.ModelForm):  # type: ignore[type-arg]
    """Whom to invite as what: only roles that the inviting member may give."""

    class Meta:
        model = Invitation
        fields = ["email", "role"]
        labels = {"email": _("E-mail")}

    def __init__(self, *args: Any, roles: list[Role], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"] = forms.ChoiceField(
            label=_("Role"), choices=[(role.value, role.label) for role in roles], initial=Role.TELECALLER
        )
        self.fields["email"].widget.attrs["autocomplete"] = "off"


class RoleForm(forms.Form):
    """A new role for a member, among those that the changing member may give."""

    def __init__(self, *args: Any, roles: list[Role], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"] = forms.ChoiceField(label=_("Role"), choices=[(role.value, role.label) for role in roles])


class PasswordField(forms.CharField):
    """A new password, with the house's rules."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.PasswordInput(attrs={"autocomplete": "new-password"})
        super().__init__(
            label=_("Password"),
            widget=widget,
            strip=False,
            help_text=_("At least 12 characters. Three ordinary words work well."),
            **kwargs,
        )


class NameForm(forms.Form):
    """Who somebody is who joins: by invitation, where the e-mail is known, or by founding an organisation."""

    first_name = forms.CharField(
        label=_("First name"), max_length=150, widget=forms.TextInput(attrs={"autocomplete": "given-name"})
    )
    last_name = forms.CharField(
        label=_("Last name"),
        max_length=150,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "family-name"}),
    )
    password = PasswordField()

    def __init__(self, data: Any = None, *, email: str = "", **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.email = email

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if password := cleaned.get("password"):
            # Not saved: only so that a password alike to the name or the address is noticed.
            person = User(
                email=cleaned.get("email", self.email),
                first_name=cleaned.get("first_name", ""),
                last_name=cleaned.get("last_name", ""),
            )
            try:
                password_validation.validate_password(password, person)
            except forms.ValidationError as error:
                self.add_error("password", error)
        return cleaned


class SignUpForm(NameForm):
    email = forms.EmailField(  # type: ignore[assignment]
        label=_("Work e-mail"), max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "username"})
    )
    field_order = ["first_name", "last_name", "email", "password"]

    def clean_email(self) -> str:
        return self.cleaned_data["email"].lower()


class ProfileForm(forms.ModelForm):  # type: ignore[type-arg]
    """One's own name, language and look."""

    class Meta:
        model = User
        fields = ["first_name", "last_name", "language", "theme", "uses_shortcuts"]
        labels = {
            "first_name": _("First name"),
            "last_name": _("Last name"),
            "language": _("Language"),
            "theme": _("Colours"),
            "uses_shortcuts": _("Use keyboard shortcuts"),
        }


class MemberPhoneForm(forms.ModelForm):  # type: ignore[type-arg]
    """Where bridge calls ring first, in this organisation."""

    phone = PhoneField(
        label=_("Phone to ring"), required=False, help_text=_("Calls through JiNi ring here first, then at the lead.")
    )

    class Meta:
        model = Membership
        fields = ["phone"]
