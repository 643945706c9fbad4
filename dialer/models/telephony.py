"""The organisation's account with a telephony provider."""

import datetime as dt
import secrets
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.tenancy import OrganisationOwned
from jini.lib.encryption import EncryptedJSONField

# A call lasts four hours at the longest, and its last post may be sent again after that.
OLD_SECRET_HOLDS = dt.timedelta(hours=6)


def new_webhook_secret() -> str:
    return secrets.token_urlsafe(32)


class TelephonyAccount(OrganisationOwned):
    """Credentials and caller id; the active account is the one that calls go through.

    `credentials` by provider: twilio {account_sid, auth_token, old_tokens: [{token, until}], rotation: the next step while
    the token is being renewed, and key_sid, key_secret of the API key that lets browsers in, once a test has made it};
    exotel {account_sid, api_key, api_token, region, secret, old_secrets: [{secret, until}]}; simulator {secret}; own_phone
    {}. `check_result` holds
    {asked_at} from the moment a test is asked for, {steps: [{name, outcome, reason, details}]} once it is done, and
    {activates: id of a membership} while the account waits for the test to pass before calls go through it.
    """

    class Provider(models.TextChoices):
        SIMULATOR = "simulator", _("Simulator")
        TWILIO = "twilio", _("Twilio")
        EXOTEL = "exotel", _("Exotel")
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

    def secrets(self, *, at: dt.datetime) -> list[str]:
        """Return the secrets of the addresses that are posted to: the one for new calls, and those that still hold."""
        old = self.credentials.get("old_secrets", [])
        holding = [row["secret"] for row in old if dt.datetime.fromisoformat(row["until"]) > at]
        return [self.credentials.get("secret", ""), *holding]

    def renew_secret(self, *, at: dt.datetime) -> None:
        """Make a new secret for new calls; calls under way were given an address with the old one."""
        old = [row for row in self.credentials.get("old_secrets", []) if dt.datetime.fromisoformat(row["until"]) > at]
        old.append({"secret": self.credentials["secret"], "until": (at + OLD_SECRET_HOLDS).isoformat()})
        self.credentials = self.credentials | {"secret": new_webhook_secret(), "old_secrets": old}
        self.save(update_fields=["credentials"])

    def tokens(self, *, at: dt.datetime) -> list[str]:
        """Return the auth tokens by which Twilio's posts may be signed: that of requests, and those that still hold."""
        old = self.credentials.get("old_tokens", [])
        holding = [row["token"] for row in old if dt.datetime.fromisoformat(row["until"]) > at]
        return [self.credentials.get("auth_token", ""), *holding]

    def keep_token(self, *, at: dt.datetime) -> None:
        """Let posts signed with the auth token be taken for some hours after another takes its place; not saved yet."""
        old = [row for row in self.credentials.get("old_tokens", []) if dt.datetime.fromisoformat(row["until"]) > at]
        if token := self.credentials.get("auth_token"):
            old.append({"token": token, "until": (at + OLD_SECRET_HOLDS).isoformat()})
        self.credentials = self.credentials | {"old_tokens": old}

    @property
    def is_being_rotated(self) -> bool:
        return "rotation" in self.credentials

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
