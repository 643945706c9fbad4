"""Putting numbers on do not call."""

from collections.abc import Collection
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from accounts import audit
from accounts.models import Membership
from accounts.tenancy import current_organisation
from privacy.contact_facts import Channel
from privacy.models import DoNotCall

_BAR = """
INSERT INTO privacy_donotcall (id, organisation_id, phone, channel, source, at, by_id, lifted_because)
SELECT gen_random_uuid(), %s, phone, %s, %s, %s, %s, '' FROM unnest(%s::text[]) AS u (phone)
ON CONFLICT (organisation_id, phone, channel) WHERE lifted_at IS NULL DO NOTHING RETURNING phone
"""
# Numbers share so many locks of an organisation, since the database has a fixed room for locks: a list of thousands of
# numbers takes these, at most.
_LOCKS = 256
_HOLD = """
SELECT pg_advisory_xact_lock{shared}(hashtextextended('number ' || %s || ' ' || n, 0))
FROM (SELECT DISTINCT abs(hashtext(phone) %% %s) AS n FROM unnest(%s::text[]) AS u (phone) ORDER BY n OFFSET 0) AS numbers
"""


def hold_number(phone: str) -> None:
    """Let nobody put `phone` on do not call before this transaction ends, and wait for those who are about to.

    Taken before it is asked whether it may be rung, and after the lead and the call: whoever bars numbers locks neither
    of them after that (see `bar`).
    """
    with connection.cursor() as cursor:
        cursor.execute(_HOLD.format(shared=""), [str(current_organisation().pk), _LOCKS, [phone]])


@transaction.atomic
def bar(phones: Collection[str], *, source: DoNotCall.Source, by: Membership, channel: str = Channel.CALL) -> set[str]:
    """Put `phones` on do not call, until it is lifted; return those that were not on it.

    In order, so that nobody waits in a circle; for the same reason leads, calls and presence are locked before it or not
    at all. A call that is being accepted is waited for, and the next one finds the number barred (`hold_number`).
    """
    asked: list[Any] = [current_organisation().pk, str(channel), source, timezone.now(), by.pk, sorted(phones)]
    with connection.cursor() as cursor:
        cursor.execute(_HOLD.format(shared="_shared"), [str(current_organisation().pk), _LOCKS, sorted(phones)])
        cursor.execute(_BAR, asked)
        return {phone for (phone,) in cursor.fetchall()}


@transaction.atomic
def lift(row: DoNotCall, *, because: str, by: Membership) -> bool:
    """Let the number be used again; False when it was lifted before. The row stays, with who lifted it and why."""
    standing = DoNotCall.objects.filter(pk=row.pk, lifted_at=None)
    if not standing.update(lifted_at=timezone.now(), lifted_by=by, lifted_because=because):
        return False
    audit.record("do_not_call.lifted", by=by, subject=row, channel=row.channel)
    return True
