"""Which call a row of a call log is: one that was started in JiNi, one that the provider carries, or one nobody noted."""

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Exists, OuterRef
from django.utils import timezone

from accounts.models import Membership
from accounts.tenancy import current_organisation
from dialer.device_calls.reading import Row
from dialer.models import Call, DeviceCall, TelephonyAccount
from teams.actions.presence import set_presence
from teams.models import Presence

OWN_PHONE = TelephonyAccount.Provider.OWN_PHONE
# A call that was started in JiNi, or whose outcome was saved, so near to the row is the same one.
NEAR = dt.timedelta(minutes=3)
Joined = DeviceCall.Joined
TOLD = ["status", "answered_at", "ended_at", "talk_seconds", "wrap_up_seconds", "seen_at"]


def leads_with(numbers: Iterable[str], telecaller: Membership) -> dict[str, uuid.UUID]:
    """Return the lead of each number that a lead has: as its first one, else as a further one.

    Of several with the same further number it is the telecaller's own, where there is one.
    """
    with connection.cursor() as cursor:
        values: dict[str, Any] = {
            "organisation": current_organisation().pk,
            "numbers": list(set(numbers)),
            "telecaller": telecaller.pk,
        }
        cursor.execute(_LEADS_WITH, values)
        return dict(cursor.fetchall())


# With the numbers as one array: the ORM takes longer to make a statement of two hundred values than this does to answer.
_LEADS_WITH = """
SELECT DISTINCT ON (phone) phone, lead FROM (
    SELECT phone, id AS lead, 0 AS place, false AS is_others FROM leads_lead
    WHERE organisation_id = %(organisation)s AND phone = ANY(%(numbers)s) AND deleted_at IS NULL
    UNION ALL
    SELECT further.phone, lead.id, 1, lead.assigned_to_id IS DISTINCT FROM %(telecaller)s
    FROM leads_leadphone further JOIN leads_lead lead ON lead.organisation_id = %(organisation)s AND lead.id = further.lead_id
    WHERE further.organisation_id = %(organisation)s AND further.phone = ANY(%(numbers)s) AND lead.deleted_at IS NULL
) found ORDER BY phone, place, is_others, lead
"""


def calls_around(rows: Sequence[Row], leads: Mapping[str, uuid.UUID], telecaller: Membership) -> list[Call]:
    """Return the telecaller's calls with these leads that a row may be, locked; without those that a row is already."""
    if not rows:
        return []
    around = Call.objects.select_for_update(of=("self",)).filter(
        telecaller=telecaller,
        lead__in={leads[row.phone] for row in rows},
        # A call of a provider is seldom longer; it began so long before the row at most.
        started_at__gte=min(row.started_at for row in rows) - dt.timedelta(hours=2),
        started_at__lte=max(row.ended_at for row in rows) + NEAR,
    )
    is_told = Exists(DeviceCall.objects.filter(call=OuterRef("pk")))
    return list(around.filter(~is_told).select_related("lead", "telecaller").order_by("pk"))


def join(rows: Sequence[Row], calls: Sequence[Call]) -> dict[int, tuple[Call, str]]:
    """Return the call that each row is, by the row's number, with how it was found; rows that are none have no entry.

    A call is one row at most, and a row the call that began nearest to it.
    """
    by_phone: dict[str, list[Call]] = defaultdict(list)
    for call in calls:
        by_phone[call.phone].append(call)
    found: dict[int, tuple[Call, str]] = {}
    taken: set[uuid.UUID] = set()
    for row in sorted(rows, key=lambda row: row.started_at):
        free = [call for call in by_phone[row.phone] if call.pk not in taken and call.direction == row.direction]
        near = [(call, how) for call in free if (how := _same(row, call))]
        if near:
            best = min(near, key=lambda one: (one[1] != Joined.CLOUD, abs(one[0].started_at - row.started_at)))
            found[row.number] = best
            taken.add(best[0].pk)
    return found


def _same(row: Row, call: Call) -> str:
    if call.provider != OWN_PHONE:
        # The line of the provider and the one of the phone were open at the same time: it is one call.
        is_over = call.ended_at is not None and call.ended_at < row.started_at
        return "" if is_over or call.started_at > row.ended_at else Joined.CLOUD
    begins_near = row.started_at - NEAR <= call.started_at <= row.ended_at + NEAR
    return Joined.OUTCOME if begins_near else ""


def tell(call: Call, row: Row) -> None:
    """Put on a call of an own phone what the row knows: whether somebody answered, and how long they talked.

    It is not saved yet. A call that was open until now waits for its outcome from then on.
    """
    was_live = call.is_live
    call.status = Call.Status.COMPLETED if row.seconds else Call.Status.NO_ANSWER
    call.answered_at = row.started_at if row.seconds else None
    call.ended_at = row.ended_at
    call.talk_seconds = row.seconds or None
    call.seen_at = timezone.now()
    if call.closed_at is not None:
        call.wrap_up_seconds = max(0, round((call.closed_at - call.ended_at).total_seconds()))
    elif was_live:
        set_presence(call.telecaller, Presence.State.WRAP_UP, at=call.ended_at)


@dataclass(frozen=True, slots=True)
class NewCall:
    """A call that only the log knows of: it is over, and nobody is asked for its outcome. Fields as in `Call`."""

    pk: uuid.UUID
    lead_id: uuid.UUID
    row: Row
    disposition_id: None = None
    ring_seconds: None = None

    @property
    def status(self) -> str:
        return Call.Status.COMPLETED if self.row.seconds else Call.Status.NO_ANSWER

    @property
    def talk_seconds(self) -> int | None:
        return self.row.seconds or None

    @property
    def direction(self) -> str:
        return self.row.direction

    def columns(self) -> dict[str, Any]:
        """Return what of its row in the database is not as in `like_new`."""
        started_at, ended_at = self.row.started_at.isoformat(), self.row.ended_at.isoformat()
        return {
            "id": str(self.pk),
            "lead_id": str(self.lead_id),
            "phone": self.row.phone,
            "direction": self.direction,
            "status": self.status,
            "started_at": started_at,
            "answered_at": started_at if self.row.seconds else None,
            "ended_at": ended_at,
            "talk_seconds": self.talk_seconds,
            "closed_at": ended_at,
        }


def like_new(telecaller: Membership) -> Call:
    """Return what all calls have in common that only a log knows of."""
    return Call(telecaller=telecaller, mode=Call.Mode.OWN_PHONE, provider=OWN_PHONE, seen_at=timezone.now())
