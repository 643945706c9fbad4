"""Renewing the key of an account at its provider, in steps of which none loses a call."""

import datetime as dt
import uuid
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts import audit, work
from accounts.models import Membership
from dialer.models import DialerSettings, TelephonyAccount

ROTATE = "dialer.rotate_key"
# Tasks that began with the former key are over by then: no request to a provider takes so long.
BETWEEN = dt.timedelta(seconds=60)


class NothingToRotate(Exception):
    """The organisation has no account at Twilio whose token could be renewed."""


@transaction.atomic
def ask_for_rotation(*, by: Membership) -> None:
    """Owe another auth token; one that is under way is not asked for twice. Raises `NothingToRotate`."""
    account = TelephonyAccount.objects.select_for_update().filter(provider=TelephonyAccount.Provider.TWILIO).first()
    if account is None or not account.credentials.get("auth_token"):
        raise NothingToRotate
    if "rotation" in account.credentials:
        return
    _write(account, rotation="second")
    work.schedule(ROTATE, account.pk)
    audit.record("telephony.token_renewed", by=by, subject=DialerSettings.objects.get(), provider=account.provider)


def step_of(account: TelephonyAccount) -> str:
    """Return what is to be asked of the provider next: "second", "promote", or "" when nothing is."""
    return str(account.credentials.get("rotation", ""))


@transaction.atomic
def use_second(account_id: uuid.UUID, token: str) -> dt.datetime | None:
    """Make new requests with `token`; posts are signed with the former one until the provider promotes this one.

    Return when that may be asked for.
    """
    account: TelephonyAccount = TelephonyAccount.objects.select_for_update().get(pk=account_id)
    if step_of(account) != "second":
        return None
    now = timezone.now()
    account.keep_token(at=now)
    _write(account, auth_token=token, rotation="promote")
    return now + BETWEEN


@transaction.atomic
def finish_rotation(account_id: uuid.UUID) -> None:
    """The new token alone holds for requests; the former one is taken for posts about calls that were under way."""
    account: TelephonyAccount = TelephonyAccount.objects.select_for_update().get(pk=account_id)
    account.credentials = {name: value for name, value in account.credentials.items() if name != "rotation"}
    account.save(update_fields=["credentials"])


def _write(account: TelephonyAccount, **changes: Any) -> None:
    account.credentials = account.credentials | changes
    account.save(update_fields=["credentials"])
