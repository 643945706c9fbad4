"""What a member is doing: one interval ends where the next begins."""

import datetime as dt
import uuid

from django.db import connection, transaction
from django.utils import timezone

from accounts.models import Membership, Organisation
from accounts.tenancy import acting_for
from accounts.work import schedule
from teams.models import PauseCode, Presence

END_LONG_BREAK = "teams.end_long_break"


@transaction.atomic
def set_presence(
    member: Membership,
    state: str,
    *,
    at: dt.datetime | None = None,
    pause_code: PauseCode | None = None,
    because: str = "",
) -> Presence:
    """End what `member` was doing at `at` (default now) and begin `state`; the same state goes on as it is.

    `because` (of `Presence.Because`) says why the system does it, which is not what the member chose.

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
    begun: Presence = Presence.objects.create(
        member=member, state=state, pause_code=pause_code, started_at=at, because=because
    )
    if pause_code is not None and pause_code.longest_minutes is not None:
        schedule(END_LONG_BREAK, begun.pk, due_at=at + dt.timedelta(minutes=pause_code.longest_minutes))
    return begun


def presence_of(member: Membership) -> Presence | None:
    """Return the open interval of `member`; None before their first one."""
    found: Presence | None = (
        Presence.objects.filter(member=member, ended_at=None).select_related("pause_code").order_by().first()
    )
    return found


def is_at_work(member: Membership) -> bool:
    """Whether `member` said that they are there: neither on a break nor offline."""
    now = presence_of(member)
    return now is not None and now.state not in {Presence.State.PAUSE, Presence.State.OFFLINE}


def end_long_break(organisation: Organisation, presence_id: uuid.UUID) -> dt.datetime | None:
    """Take a member offline whose break goes on for longer than its code allows; return when to look again."""
    with acting_for(organisation):
        found = Presence.objects.filter(pk=presence_id, ended_at=None).select_related("pause_code", "member").first()
        if found is None or found.pause_code is None or found.pause_code.longest_minutes is None:
            return None
        ends_at: dt.datetime = found.started_at + dt.timedelta(minutes=found.pause_code.longest_minutes)
        if ends_at > timezone.now():
            # It may last longer since it began.
            return ends_at
        set_presence(found.member, Presence.State.OFFLINE, because=Presence.Because.LONG_BREAK)
        return None
