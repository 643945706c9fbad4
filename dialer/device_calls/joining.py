"""Which call a row of a call log is: one that was started in JiNi, one that the provider carries, or one nobody noted."""

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from django.db.models import Exists, OuterRef
from django.utils import timezone

from accounts.models import Membership
from dialer.device_calls.reading import Row
from dialer.models import Call, DeviceCall, TelephonyAccount
from jini.lib.ids import uuid7
from leads.models import Lead, LeadPhone
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
    wanted = set(numbers)
    found: dict[str, uuid.UUID] = dict(Lead.objects.filter(phone__in=wanted).values_list("phone", "pk"))
    if rest := wanted - set(found):
        further = LeadPhone.objects.filter(phone__in=rest, lead__deleted_at=None).order_by("lead_id")
        for phone, lead, owner in further.values_list("phone", "lead_id", "lead__assigned_to"):
            if phone not in found or owner == telecaller.pk:
                found[phone] = lead
    return found


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


def new_call(row: Row, lead: uuid.UUID, telecaller: Membership) -> Call:
    """Return a call that only the log knows of; it is over, and nobody is asked for its outcome."""
    answered = row.started_at if row.seconds else None
    return Call(
        pk=uuid7(),
        lead_id=lead,
        telecaller=telecaller,
        mode=Call.Mode.OWN_PHONE,
        provider=OWN_PHONE,
        phone=row.phone,
        direction=row.direction,
        status=Call.Status.COMPLETED if row.seconds else Call.Status.NO_ANSWER,
        started_at=row.started_at,
        answered_at=answered,
        ended_at=row.ended_at,
        talk_seconds=row.seconds or None,
        closed_at=row.ended_at,
        seen_at=timezone.now(),
    )
