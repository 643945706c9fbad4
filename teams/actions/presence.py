"""What a member is doing: one interval ends where the next begins."""

import datetime as dt

from django.db import connection, transaction
from django.utils import timezone

from accounts.models import Membership
from teams.models import PauseCode, Presence


@transaction.atomic
def set_presence(
    member: Membership, state: str, *, at: dt.datetime | None = None, pause_code: PauseCode | None = None
) -> Presence:
    """End what `member` was doing at `at` (default now) and begin `state`; the same state goes on as it is.

    The rows are the log: nothing is audited beside them. Two at once come one after the other, in some order.
    A report of the past (a provider's late event) takes effect where the open interval began, at the earliest.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('presence ' || %s, 0))", [str(member.pk)])
    at = at or timezone.now()
    now_open = presence_of(member)
    code_id = pause_code.pk if pause_code else None
    if now_open is not None:
        if (now_open.state, now_open.pause_code_id) == (state, code_id):
            return now_open
        at = max(at, now_open.started_at)
        now_open.ended_at = at
        now_open.save(update_fields=["ended_at"])
    begun: Presence = Presence.objects.create(member=member, state=state, pause_code=pause_code, started_at=at)
    return begun


def presence_of(member: Membership) -> Presence | None:
    """Return the open interval of `member`; None before their first one."""
    found: Presence | None = (
        Presence.objects.filter(member=member, ended_at=None).select_related("pause_code").order_by().first()
    )
    return found
