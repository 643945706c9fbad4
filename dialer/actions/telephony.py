"""Who carries the calls: choosing the provider, and testing the connection to it."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts import audit, work
from accounts.models import Membership
from dialer.models import DialerSettings, PhoneNumber, TelephonyAccount
from dialer.models.telephony import new_webhook_secret
from dialer.providers.port import CheckOutcome, CheckStep
from privacy.contact_facts import series_of

Provider = TelephonyAccount.Provider
CHECK = "dialer.check_account"
# They live outside of this installation: tested before calls go through them.
OUTSIDE = {Provider.TWILIO, Provider.EXOTEL}
# What is posted by them is known by a secret of ours.
WITH_SECRET = {Provider.SIMULATOR, Provider.EXOTEL}


class NothingToTest(Exception):
    """Calls from own phones ask no provider."""


class NoSecret(Exception):
    """What this provider posts is signed by the provider itself, or there is no account with it."""


@transaction.atomic
def choose_provider(provider: str, *, by: Membership, changes: Mapping[str, str]) -> TelephonyAccount:
    """Let calls go through `provider`, after giving its account `changes`: caller_id, and what `credentials` hold of it.

    A provider outside of this installation is tested first: calls stay where they are until its test has passed. What
    was changed is kept in the history by name only. Calls under way go on through the account they began with.
    """
    accounts = {row.provider: row for row in TelephonyAccount.objects.select_for_update()}
    account = accounts.get(provider) or TelephonyAccount(provider=provider)
    fields = [*changes] if account.is_active else ["provider", *changes]
    _write(account, changes)
    for other in accounts.values():
        if other.pk != account.pk and other.waits_for_test:
            _stop_waiting(other)
    if provider in OUTSIDE:
        if fields:
            _ask(account, activates=None if account.is_active else by)
    elif not account.is_active:
        _activate(account)
    if fields:
        audit.record("telephony.changed", by=by, subject=DialerSettings.objects.get(), fields=fields, provider=provider)
    return account


@transaction.atomic
def ask_for_test(account: TelephonyAccount, *, by: Membership) -> None:
    """Owe a test of `account`; one that has not answered yet is not asked for twice. Raises `NothingToTest`."""
    row: TelephonyAccount = TelephonyAccount.objects.select_for_update().get(pk=account.pk)
    if row.provider == Provider.OWN_PHONE:
        raise NothingToTest
    if row.is_in_test:
        return
    _ask(row, activates=by if row.waits_for_test else None)
    audit.record("telephony.tested", by=by, subject=row)


@transaction.atomic
def renew_secret(*, by: Membership) -> None:
    """Give Exotel's new calls another secret; the old one holds for the calls under way. Raises `NoSecret`."""
    account = TelephonyAccount.objects.select_for_update().filter(provider=Provider.EXOTEL).first()
    if account is None:
        raise NoSecret
    account.renew_secret(at=timezone.now())
    audit.record("telephony.secret_renewed", by=by, subject=DialerSettings.objects.get(), provider=account.provider)


@transaction.atomic
def finish_test(
    account_id: uuid.UUID, steps: Sequence[CheckStep], *, asked_at: str, made: Mapping[str, str] | None = None
) -> None:
    """Write down what the test that was asked for at `asked_at` found; calls move to the account when it was to be so.

    `made` are credentials that it made, to be kept beside the others. Calls do not wait for browsers to be let in.
    A test of what the account was before is forgotten: its change owes another one.
    """
    row: TelephonyAccount = TelephonyAccount.objects.select_for_update().get(pk=account_id)
    if row.check_result.get("asked_at") != asked_at:
        return
    row.checked_at = timezone.now()
    row.check_result = row.check_result | {"steps": [asdict(step) for step in steps]}
    row.credentials = row.credentials | dict(made or {})
    row.save(update_fields=["checked_at", "check_result", "credentials"])
    failed = {step.name for step in steps if step.outcome is CheckOutcome.FAILED}
    if row.waits_for_test and not failed - {"softphone"}:
        by = Membership.objects.filter(pk=row.check_result["activates"]).first()
        _stop_waiting(row)
        _activate(row)
        subject = DialerSettings.objects.get()
        audit.record("telephony.activated", by=by, subject=subject, provider=row.provider)


def shown_account() -> TelephonyAccount:
    """Return the account that the page is about: one that waits for its test, else the one that calls go through."""
    accounts: list[TelephonyAccount] = list(TelephonyAccount.objects.order_by("-is_active", "pk"))
    return next((row for row in accounts if row.waits_for_test), accounts[0])


def _write(account: TelephonyAccount, changes: Mapping[str, str]) -> None:
    # Posts about calls under way are signed with the former token, until Twilio has the new one everywhere.
    if "auth_token" in changes and "account_sid" not in changes:
        account.keep_token(at=timezone.now())
    credentials: dict[str, Any] = dict(account.credentials)
    if "auth_token" in changes:
        credentials.pop("rotation", None)
    credentials |= {name: value for name, value in changes.items() if name != "caller_id"}
    if "account_sid" in changes:
        # The key is the former account's.
        credentials = {name: value for name, value in credentials.items() if not name.startswith("key_")}
    if account.provider in WITH_SECRET:
        credentials.setdefault("secret", new_webhook_secret())
    account.credentials = credentials
    account.caller_id = changes.get("caller_id", account.caller_id)
    account.save()
    if account.caller_id:
        series = series_of(account.caller_id)
        PhoneNumber.objects.get_or_create(
            provider=account.provider, phone=account.caller_id, defaults={"series": series}
        )


def _ask(account: TelephonyAccount, *, activates: Membership | None) -> None:
    account.checked_at = None
    account.check_result = {"asked_at": timezone.now().isoformat()}
    if activates is not None:
        account.check_result["activates"] = str(activates.pk)
    account.save(update_fields=["checked_at", "check_result"])
    work.schedule(CHECK, account.pk)


def _stop_waiting(account: TelephonyAccount) -> None:
    account.check_result = {name: value for name, value in account.check_result.items() if name != "activates"}
    account.save(update_fields=["check_result"])


def _activate(account: TelephonyAccount) -> None:
    TelephonyAccount.objects.exclude(pk=account.pk).update(is_active=False)
    account.is_active = True
    account.save(update_fields=["is_active"])
