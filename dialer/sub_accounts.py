"""What becomes of an account below the installation's master account: asked for, looked for, taken, suspended, closed."""

import datetime as dt
import uuid

from django.db import transaction
from django.utils import timezone

from accounts import work
from dialer.models import SubAccount, TelephonyAccount
from dialer.providers.port import DialOutcome
from dialer.providers.port.sub_accounts import Opened, SubAccountFacts

STEER, CLOSE = "dialer.steer_sub_account", "dialer.close_sub_account"
LOOK_AGAIN, LOOKED_FOR = dt.timedelta(seconds=30), dt.timedelta(minutes=10)
# Its rows are erased at the end: it is closed shortly before, so that there is time to try again.
BEFORE_THE_END = dt.timedelta(hours=2)
State = SubAccount.State
Provider = TelephonyAccount.Provider


def suspend(*, closes_at: dt.datetime | None) -> None:
    """Let the account call nobody any more, and end for good at `closes_at`, in the open transaction."""
    row = not_ended()
    if row is None:
        return
    row.wanted, row.failure = State.SUSPENDED, ""
    row.save(update_fields=["wanted", "failure"])
    work.schedule(STEER, row.pk)
    if closes_at is not None:
        work.schedule(CLOSE, row.pk, due_at=max(closes_at, timezone.now()))


@transaction.atomic
def close_in_time(row_id: uuid.UUID) -> dt.datetime | None:
    """Want the account closed when the organisation is about to be erased; return when to look again, if it is not yet.

    Taken back meanwhile, the account stays as it is.
    """
    row: SubAccount | None = SubAccount.objects.select_for_update().filter(pk=row_id).first()
    organisation = row.organisation if row is not None else None
    if row is None or organisation is None or not organisation.is_cancelled or organisation.ends_at is None:
        return None
    closes_at: dt.datetime = organisation.ends_at - BEFORE_THE_END
    if timezone.now() < closes_at:
        return closes_at
    row.wanted, row.failure = State.CLOSED, ""
    row.save(update_fields=["wanted", "failure"])
    work.schedule(STEER, row.pk)
    return None


def not_ended() -> SubAccount | None:
    """Return the account of the organisation, locked until the transaction ends; None when it has none (any more)."""
    row: SubAccount | None = SubAccount.objects.select_for_update().not_ended().first()
    return row


def own_sid() -> str:
    """Return the id of the account at Twilio that the organisation uses, whosever it is."""
    account = TelephonyAccount.objects.filter(provider=Provider.TWILIO).first()
    return str(account.credentials.get("account_sid", "")) if account is not None else ""


@transaction.atomic
def claim(row_id: uuid.UUID) -> bool:
    """Whether the account is to be asked for now: once; afterwards it is looked for by its name."""
    return bool(SubAccount.objects.filter(pk=row_id, provider_id="", sent_at=None).update(sent_at=timezone.now()))


@transaction.atomic
def look_again(row_id: uuid.UUID) -> dt.datetime | None:
    """Return when to look again for an account that may have been made; after ten minutes people are told."""
    row = SubAccount.objects.select_for_update().get(pk=row_id)
    now = timezone.now()
    if row.sent_at is None or now - row.sent_at < LOOKED_FOR:
        return now + LOOK_AGAIN
    row.failure = "unclear"
    row.save(update_fields=["failure"])
    return None


@transaction.atomic
def hear(row_id: uuid.UUID, answer: Opened) -> dt.datetime | None:
    """Write down what became of the wish for an account; return when to go on."""
    row = SubAccount.objects.select_for_update().get(pk=row_id)
    now = timezone.now()
    if answer.outcome is DialOutcome.ACCEPTED and answer.facts is not None:
        return take(row_id, answer.facts)
    if answer.outcome is DialOutcome.TRY_LATER:
        row.sent_at = None
    elif answer.outcome is DialOutcome.REFUSED:
        row.failure = answer.code[:40] or "refused"
    row.save(update_fields=["sent_at", "failure"])
    return None if row.failure else now + LOOK_AGAIN


@transaction.atomic
def take(row_id: uuid.UUID, facts: SubAccountFacts) -> dt.datetime | None:
    """Let the account be the organisation's; its token is the one that requests are made with from now on."""
    row = SubAccount.objects.select_for_update().get(pk=row_id)
    own = own_sid()
    row.provider_id, row.failure = facts.provider_id, ""
    row.state = State.OPEN
    if own and own != facts.provider_id:
        # Somebody entered an account of their own meanwhile: that one holds, and nobody pays for two.
        row.wanted = State.CLOSED
    elif row.wanted == State.OPEN:
        _keep(facts)
    row.save(update_fields=["provider_id", "failure", "state", "wanted"])
    return timezone.now() if row.state != row.wanted else None


def _keep(facts: SubAccountFacts) -> None:
    account, _made = TelephonyAccount.objects.select_for_update().get_or_create(provider=Provider.TWILIO)
    known = account.credentials
    if (known.get("account_sid"), known.get("auth_token")) == (facts.provider_id, facts.token):
        return
    account.keep_token(at=timezone.now())
    account.credentials = account.credentials | {"account_sid": facts.provider_id, "auth_token": facts.token}
    account.save(update_fields=["credentials"])


@transaction.atomic
def stands(row_id: uuid.UUID, state: str) -> None:
    """Write down how the account stands by now."""
    SubAccount.objects.filter(pk=row_id).update(state=state, failure="")
