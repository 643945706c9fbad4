"""The organisation's account with a telephony provider."""

import secrets
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.tenancy import OrganisationOwned
from jini.lib.encryption import EncryptedJSONField


def new_webhook_secret() -> str:
    return secrets.token_urlsafe(32)


class TelephonyAccount(OrganisationOwned):
    """Credentials and caller id; the active account is the one that calls go through.

    `credentials` by provider: twilio {account_sid, auth_token}; simulator {secret}; own_phone {}. `check_result` holds
    {asked_at} from the moment a test is asked for, {steps: [{name, outcome, reason, details}]} once it is done, and
    {activates: id of a membership} while the account waits for the test to pass before calls go through it.
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

    @property
    def is_in_test(self) -> bool:
        """Whether a test was asked for and has not answered yet."""
        return "asked_at" in self.check_result and "steps" not in self.check_result

    @property
    def waits_for_test(self) -> bool:
        """Whether calls are to go through this account as soon as its test has passed."""
        return "activates" in self.check_result

    @property
    def steps(self) -> list[dict[str, Any]]:
        """The steps of the last test, in their order."""
        steps: list[dict[str, Any]] = self.check_result.get("steps", [])
        return steps
