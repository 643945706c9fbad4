"""The organisation's account with a telephony provider."""

import secrets

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.tenancy import OrganisationOwned
from jini.lib.encryption import EncryptedJSONField


def new_webhook_secret() -> str:
    return secrets.token_urlsafe(32)


class TelephonyAccount(OrganisationOwned):
    """Credentials and caller id; the active account is the one that calls go through.

    `credentials` by provider: twilio {account_sid, auth_token}; simulator {secret}; own_phone {}.
    """

    class Provider(models.TextChoices):
        SIMULATOR = "simulator", _("Simulator")
        TWILIO = "twilio", _("Twilio")
        OWN_PHONE = "own_phone", _("Own phones")

    provider = models.CharField(_("provider"), max_length=20, choices=Provider)
    credentials = EncryptedJSONField(default=dict)
    caller_id = models.CharField(_("number shown"), max_length=16, blank=True)
    is_active = models.BooleanField(_("calls go through this account"), default=False)
    checked_at = models.DateTimeField(null=True, editable=False)
    check_result = models.JSONField(default=dict, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "provider"], name="telephony_account_once"),
            models.UniqueConstraint(
                fields=["organisation"], condition=models.Q(is_active=True), name="telephony_one_active"
            ),
        ]

    def __str__(self) -> str:
        return f"TelephonyAccount {self.pk}"
