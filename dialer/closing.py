"""What ends in the dialler with the account of an organisation: its accounts with telephone companies."""

import datetime as dt
import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.mail import EmailMessage
from django.db.models import Q
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit, work
from accounts.models import AuditEntry, Membership, Organisation, User
from accounts.tenancy import acting_for, current_organisation
from dialer.models import (
    Call,
    CallerMessage,
    DialerSettings,
    IncomingCall,
    PhoneNumber,
    Recording,
    TelephonyAccount,
)
from dialer.providers.accounts import NoProvider, name_of_key, provider_of
from dialer.providers.port import ProviderUnavailable
from dialer.providers.port.numbers import Numbers
from dialer.providers.port.softphones import Softphones
from dialer.sub_accounts import BEFORE_THE_END, suspend
from privacy.actions.cancelling import current

logger = logging.getLogger(__name__)
LEAVE_PROVIDERS, TELL_OF_KEYS, LEFT = "dialer.leave_providers", "dialer.tell_of_keys", "telephony.left"
SOON = dt.timedelta(minutes=1)
# Recordings are fetched, and then deleted at the provider, within a day; after that the keys go all the same.
LONGEST_WAIT = dt.timedelta(hours=24)
Provider = TelephonyAccount.Provider


@dataclass(frozen=True)
class Redirected:
    """A number whose calls come here: `numbers` of its provider, and where they went before."""

    numbers: Numbers
    phone: str
    asks: str
    tells: str


@dataclass(frozen=True)
class Key:
    """An API key that was made at a provider, and who can delete it there; `account` is its id there, no secret."""

    softphones: Softphones
    provider: str
    account: str

    @property
    def told(self) -> dict[str, str]:
        """What is kept of a key that could not be deleted."""
        return {"provider": self.provider, "account": self.account, "key": self.softphones.key_id}


def stop(_by: Membership | None) -> None:
    """Owe leaving the telephone companies. That no call is dialled follows from the state of the organisation."""
    work.schedule(LEAVE_PROVIDERS, current_organisation().pk)


def live() -> int:
    """Return how many calls are under way."""
    return int(Call.objects.live().count() + IncomingCall.objects.filter(ended_at=None).count())


def leave_providers(organisation: Organisation) -> dt.datetime | None:
    """Lead numbers back to where they went before, delete what was made there, and destroy the keys; return when to come again.

    Calls under way end with the keys they began with, and what was recorded is fetched and deleted at the provider first.
    Each step may be taken twice. A provider that does not answer is asked again for a day; then the end goes on, and
    whoever runs the installation is told of the API keys that are still there.
    """
    with acting_for(organisation):
        cancellation = current()
        if not organisation.is_cancelled or cancellation is None or cancellation.begun_at is None:
            return None
        may_wait = timezone.now() < cancellation.begun_at + LONGEST_WAIT
        if may_wait and (live() or _is_anything_recorded_there()):
            return timezone.now() + SOON
        redirected, made = list(_redirected(organisation)), list(_made(organisation))
    for number in redirected:
        try:
            _lead_back(number)
        except ProviderUnavailable:
            if may_wait:
                raise
    left = [key for key in made if not _is_retired(key, name_of_key(organisation), may_wait=may_wait)]
    with acting_for(organisation):
        _destroy(organisation, left)
    return None


def _is_anything_recorded_there() -> bool:
    ended = Q(asked_at__isnull=False, state__in=(Recording.State.KEPT, Recording.State.ERASED))
    there = Q(state__in=Recording.UNFINISHED) | ended
    # Recordings that nobody can delete are not waited for once they are fetched.
    calls = _not_deleted(Recording).filter(there).exclude(ended, at_provider_until__isnull=False)
    return any(rows.exists() for rows in (calls, _not_deleted(CallerMessage).filter(there)))


def left_elsewhere() -> int:
    """Return how many recordings a telephone company may still have, which nobody can ask any more."""
    there = Q(asked_at__isnull=False) & ~Q(state=Recording.State.ABSENT)
    calls = _not_deleted(Recording).filter(there).exclude(at_provider_until__lt=timezone.localdate())
    return int(calls.count() + _not_deleted(CallerMessage).filter(there).count())


def _not_deleted(kind: Any) -> Any:
    """What a telephone company was not heard to have deleted; the simulator is none."""
    return kind.objects.filter(deleted_at_provider_at=None).exclude(provider=Provider.SIMULATOR)


def _redirected(organisation: Organisation) -> Iterator[Redirected]:
    accounts = {row.provider: row for row in TelephonyAccount.objects.all()}
    for row in PhoneNumber.objects.order_by("pk"):
        before, account = row.pointing.get("before"), accounts.get(row.provider)
        if not before or account is None or not row.is_pointed:
            continue
        try:
            numbers = provider_of(account, organisation).numbers
        except NoProvider:
            continue
        if numbers is not None:
            yield Redirected(numbers, row.phone, before["asks"], before["tells"])


def _made(organisation: Organisation) -> Iterator[Key]:
    for row in TelephonyAccount.objects.order_by("pk"):
        try:
            softphones = provider_of(row, organisation).softphones
        except NoProvider:
            continue
        if softphones is not None and softphones.key_id:
            yield Key(softphones, row.provider, row.credentials.get("account_sid", ""))


def _is_retired(key: Key, name: str, *, may_wait: bool) -> bool:
    try:
        key.softphones.retire(name)
    except ProviderUnavailable:
        if may_wait:
            raise
        return False
    return True


def _lead_back(number: Redirected) -> None:
    found = number.numbers.find(number.phone)
    if found is not None and found.asks != number.asks:
        number.numbers.point(found.provider_id, asks=number.asks, tells=number.tells)


def _destroy(organisation: Organisation, left: Sequence[Key]) -> None:
    """Forget every key. What can be called with none, own phones, is what is left."""
    # Taken back meanwhile, it keeps what it has.
    locked = Organisation.objects.select_for_update(no_key=True).get(pk=organisation.pk)
    if not locked.is_cancelled:
        return
    suspend(closes_at=locked.ends_at - BEFORE_THE_END if locked.ends_at else None)
    gone = TelephonyAccount.objects.exclude(provider=Provider.OWN_PHONE).delete()[0]
    TelephonyAccount.objects.update_or_create(provider=Provider.OWN_PHONE, defaults={"is_active": True})
    audit.record(LEFT, by=None, subject=DialerSettings.objects.get(), accounts=gone, keys=[key.told for key in left])
    if left:
        logger.error("telephony.keys_left", extra={"count": len(left)})
        work.schedule(TELL_OF_KEYS, organisation.pk)


def tell_of_keys(organisation: Organisation) -> None:
    """Mail the superusers of the installation which API keys could not be deleted: the secrets to do it are destroyed."""
    with acting_for(organisation):
        line = AuditEntry.objects.filter(verb=LEFT).order_by("-at", "-id").first()
        keys = line.details.get("keys", []) if line is not None else []
    to = list(User.objects.filter(is_superuser=True, is_active=True).values_list("email", flat=True))
    if keys and to:
        body = render_to_string("emails/keys_left.txt", {"organisation": organisation, "keys": keys})
        EmailMessage(subject=_("API keys are left at a telephone company"), body=body, to=to).send()
