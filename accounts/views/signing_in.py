"""allauth's pages: an invalid form answers 422, and pages that send mail say where it lands without a mail server."""

from pathlib import Path
from typing import Any

from allauth.account import views as allauth
from django.conf import settings
from django.http import HttpResponse


def local_mailbox() -> Path | None:
    """Return the folder into which messages are written while no mail server is configured, for demonstrations only."""
    folder = getattr(settings, "EMAIL_FILE_PATH", None)
    is_local = settings.EMAIL_BACKEND.endswith("filebased.EmailBackend") and (settings.DEBUG or settings.DEMO)
    return Path(folder) if is_local and folder else None


class Refusing:
    """Makes an invalid form an error for programs too."""

    def form_invalid(self, form: Any) -> HttpResponse:
        response: HttpResponse = super().form_invalid(form)  # type: ignore[misc]
        response.status_code = 422
        return response


class Sending:
    """Tells the page where the message can be read."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)  # type: ignore[misc]
        return context | {"mailbox": local_mailbox()}


class SignIn(Refusing, allauth.LoginView):  # type: ignore[misc]
    pass


class CheckMail(Sending, allauth.EmailVerificationSentView):  # type: ignore[misc]
    pass


class ResetPassword(Refusing, allauth.PasswordResetView):  # type: ignore[misc]
    pass


class ResetPasswordSent(Sending, allauth.PasswordResetDoneView):  # type: ignore[misc]
    pass


class ResetPasswordFromKey(Refusing, allauth.PasswordResetFromKeyView):  # type: ignore[misc]
    pass


class ChangePassword(Refusing, allauth.PasswordChangeView):  # type: ignore[misc]
    pass


class SetPassword(Refusing, allauth.PasswordSetView):  # type: ignore[misc]
    pass


class Reauthenticate(Refusing, allauth.ReauthenticateView):  # type: ignore[misc]
    pass


sign_in = SignIn.as_view()
sign_out = allauth.LogoutView.as_view()
inactive = allauth.AccountInactiveView.as_view()
check_mail = CheckMail.as_view()
confirm_email = allauth.ConfirmEmailView.as_view()
reauthenticate = Reauthenticate.as_view()
reset_password = ResetPassword.as_view()
reset_password_sent = ResetPasswordSent.as_view()
reset_password_from_key = ResetPasswordFromKey.as_view()
reset_password_done = allauth.PasswordResetFromKeyDoneView.as_view()
change_password = ChangePassword.as_view()
set_password = SetPassword.as_view()
