"""allauth's forms in the house's words, with labels in the place of placeholders."""

from typing import Any

from allauth.account import forms as allauth
from django.utils.translation import gettext_lazy as _

NEW = _("At least 12 characters. Three ordinary words work well.")


class _Plain:
    """Takes the placeholders out and puts `labels` and `hints` (by field) in."""

    labels: dict[str, Any] = {}
    hints: dict[str, Any] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():  # type: ignore[attr-defined]
            field.widget.attrs.pop("placeholder", None)
            field.label = self.labels.get(name, field.label)
            field.help_text = self.hints.get(name, "")


class SignInForm(_Plain, allauth.LoginForm):  # type: ignore[misc]
    labels = {
        "login": _("Work e-mail"),
        "password": _("Password"),
        "remember": _("Stay signed in on this device for 7 days"),
    }


class ReauthenticateForm(_Plain, allauth.ReauthenticateForm):  # type: ignore[misc]
    labels = {"password": _("Password")}


class ResetPasswordForm(_Plain, allauth.ResetPasswordForm):  # type: ignore[misc]
    labels = {"email": _("Work e-mail")}


class ResetPasswordKeyForm(_Plain, allauth.ResetPasswordKeyForm):  # type: ignore[misc]
    labels = {"password1": _("New password"), "password2": _("New password again")}
    hints = {"password1": NEW}


class ChangePasswordForm(_Plain, allauth.ChangePasswordForm):  # type: ignore[misc]
    labels = {
        "oldpassword": _("Present password"),
        "password1": _("New password"),
        "password2": _("New password again"),
    }
    hints = {"password1": NEW}


class SetPasswordForm(_Plain, allauth.SetPasswordForm):  # type: ignore[misc]
    labels = {"password1": _("New password"), "password2": _("New password again")}
    hints = {"password1": NEW}
