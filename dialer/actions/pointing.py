"""Having the calls to a number of ours sent here by its provider."""

import uuid
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts import audit, work
from accounts.models import Membership, Organisation
from accounts.tenancy import acting_for
from dialer.calls import line
from dialer.models import PhoneNumber, TelephonyAccount
from dialer.providers.accounts import NoProvider, provider_of
from dialer.providers.port.numbers import Numbers, OwnNumber

POINT = "dialer.point_number"
Outcome = PhoneNumber.Outcome


class NothingToPoint(Exception):
    """Calls to the provider's numbers come here by themselves, or cannot be taken at all."""


@transaction.atomic
def ask_pointing(number: PhoneNumber, *, by: Membership) -> None:
    """Owe having the number's calls sent here; asked for twice it is owed once. Raises `NothingToPoint`."""
    row: PhoneNumber = PhoneNumber.objects.select_for_update(of=("self",)).get(pk=number.pk)
    if not can_be_pointed(row):
        raise NothingToPoint
    if row.is_being_pointed:
        return
    # Where its calls went before stays known, however often this is pressed.
    row.pointing = {name: row.pointing[name] for name in ("before",) if name in row.pointing}
    row.pointing["asked_at"] = timezone.now().isoformat()
    row.save(update_fields=["pointing"])
    work.schedule(POINT, row.pk)
    audit.record("number.pointed", by=by, subject=row)


def can_be_pointed(number: PhoneNumber) -> bool:
    """Whether its provider lets us say where its calls go."""
    account = TelephonyAccount.objects.filter(provider=number.provider).first()
    if account is None:
        return False
    try:
        provider = provider_of(account, number.organisation)
    except NoProvider:
        return False
    return provider.incoming is not None and provider.numbers is not None


def point(organisation: Organisation, number_id: uuid.UUID) -> None:
    """Ask the provider where the number's calls go, write that down, and send them here."""
    with acting_for(organisation):
        number = PhoneNumber.objects.filter(pk=number_id).first()
        if number is None or not number.is_being_pointed:
            return
        numbers = provider_of(line.account_named(number.provider), organisation).numbers
        asks = line.hook_address(number.provider, organisation.pk, "incoming")
    assert numbers is not None  # noqa: S101 -- else nobody could have asked
    found = numbers.find(number.phone)
    with acting_for(organisation):
        outcome = _write(number_id, found, asks)
    if outcome is None and found is not None:
        _point(organisation, numbers, found, number_id, asks)


def _write(number_id: uuid.UUID, found: OwnNumber | None, asks: str) -> str | None:
    """Write down where the calls went, before that is changed; return the outcome when there is nothing to change."""
    if found is None:
        return _finish(number_id, Outcome.UNKNOWN)
    if found.asks != asks:
        _finish(number_id, None, before={"asks": found.asks, "tells": found.tells})
    if found.application:
        return _finish(number_id, Outcome.APPLICATION)
    return None


def _point(organisation: Organisation, numbers: Numbers, found: OwnNumber, number_id: uuid.UUID, asks: str) -> None:
    numbers.point(found.provider_id, asks=asks, tells=f"{asks}over/")
    with acting_for(organisation):
        _finish(number_id, Outcome.POINTED)


def _finish(number_id: uuid.UUID, outcome: str | None, **more: Any) -> str | None:
    number = PhoneNumber.objects.select_for_update(of=("self",)).get(pk=number_id)
    number.pointing |= more | ({"outcome": str(outcome)} if outcome else {})
    number.save(update_fields=["pointing"])
    return outcome
