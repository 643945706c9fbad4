"""What the calls of a lead add up to, kept on the lead so that lists and pages need not count."""

import datetime as dt
import json
import uuid
from collections.abc import Collection, Iterable, Sequence
from typing import Any, Protocol

from django.db import connection
from django.db.models import Count, Max, Min, Q

from accounts.tenancy import current_organisation
from dialer.models import Call
from leads.models import Activity, Lead

# A call that failed before it rang, or was cancelled then, did not reach the person and is no attempt.
ATTEMPT = ~Q(status__in=[Call.Status.FAILED, Call.Status.CANCELED], ringing_at=None, answered_at=None)
# The provider's word where there is one; on an own phone the outcome's.
CONNECTED = Q(answered_at__isnull=False) | Q(mode=Call.Mode.OWN_PHONE, disposition__is_customer_contact=True)
NONE = {"attempts": 0, "connected": 0, "first_called_at": None, "last_called_at": None}
COUNTERS = [*NONE, "last_disposition_id"]


def count_calls(lead_ids: Iterable[uuid.UUID]) -> None:
    """Recount the calls of the leads from the rows, so that saving twice and undoing come out right by themselves.

    The leads are locked first: of two who count at once, the second sees the calls of the first.
    """
    locked = Lead.everything.select_for_update(of=("self",)).only("pk", *COUNTERS)
    leads = list(locked.filter(pk__in=set(lead_ids)).order_by("pk"))
    calls = Call.objects.filter(lead__in=[lead.pk for lead in leads], direction=Call.Direction.OUTGOING)
    counted: dict[uuid.UUID, dict[str, Any]] = {
        row.pop("lead"): row
        for row in calls.filter(ATTEMPT)
        .order_by()
        .values("lead")
        .annotate(
            attempts=Count("id"),
            connected=Count("id", filter=CONNECTED),
            first_called_at=Min("started_at"),
            last_called_at=Max("started_at"),
        )
    }
    decided = calls.filter(disposition__isnull=False).order_by("lead", "-started_at").distinct("lead")
    last: dict[uuid.UUID, uuid.UUID] = dict(decided.values_list("lead", "disposition"))
    changed = [lead for lead in leads if _count(lead, counted.get(lead.pk, NONE), last.get(lead.pk))]
    if changed:
        # The version stays: it is that of what people edit, and a call must not make their open form stale.
        Lead.everything.rewrite(changed, COUNTERS)


def add_calls(calls: Sequence[tuple[uuid.UUID, dt.datetime, bool]]) -> None:
    """Count outgoing calls that are new and over, each a lead, its start and whether somebody answered.

    What `count_calls` would find, without reading what is there already. The leads are locked in the order in which that
    locks them, and who counts meanwhile sees these calls or is seen by them.
    """
    sent = [{"lead": str(lead), "at": at.isoformat(), "answered": answered} for lead, at, answered in calls]
    if sent:
        with connection.cursor() as cursor:
            cursor.execute(_ADD, {"organisation": current_organisation().pk, "calls": json.dumps(sent)})


_ADD = """
WITH added AS (
    SELECT lead, count(*) AS attempts, count(*) FILTER (WHERE answered) AS connected, min(at) AS first, max(at) AS last
    FROM jsonb_to_recordset(%(calls)s) AS call(lead uuid, at timestamptz, answered boolean) GROUP BY lead
), locked AS MATERIALIZED (
    SELECT id FROM leads_lead WHERE organisation_id = %(organisation)s AND id IN (SELECT lead FROM added)
    ORDER BY id FOR UPDATE
)
UPDATE leads_lead SET attempts = leads_lead.attempts + added.attempts,
    connected = leads_lead.connected + added.connected,
    first_called_at = least(first_called_at, added.first), last_called_at = greatest(last_called_at, added.last)
FROM added JOIN locked ON locked.id = added.lead
WHERE leads_lead.organisation_id = %(organisation)s AND leads_lead.id = added.lead
"""


def _count(lead: Lead, counted: dict[str, Any], last: uuid.UUID | None) -> bool:
    """Put the counters on the lead; return whether they are others than before."""
    before = [getattr(lead, name) for name in COUNTERS]
    for name, value in {**counted, "last_disposition_id": last}.items():
        setattr(lead, name, value)
    return before != [getattr(lead, name) for name in COUNTERS]


def write_lines(calls: Collection[Call]) -> None:
    """Put the calls, which are locked, on the timelines of their leads, or bring their lines up to date."""
    found = Activity.objects.filter(
        lead__in=[call.lead_id for call in calls],
        kind=Activity.Kind.CALL,
        details__call__in=[str(call.pk) for call in calls],
    )
    lines = {line.details["call"]: line for line in found}
    new = [line_of(call) for call in calls if str(call.pk) not in lines]
    old = [_tell(lines[str(call.pk)], call) for call in calls if str(call.pk) in lines]
    Activity.objects.bulk_create(new)
    if old:
        Activity.objects.rewrite(old, ["text", "details"])


def line_of(call: Call) -> Activity:
    """Return a new line of the timeline about `call`; it is not saved yet."""
    line = Activity(lead_id=call.lead_id, kind=Activity.Kind.CALL, actor=call.telecaller, at=call.started_at)
    return _tell(line, call)


def _tell(line: Activity, call: Call) -> Activity:
    line.text = call.note
    line.details = details_of(call)
    return line


class Tellable(Protocol):
    """What a line of the timeline tells of a call."""

    @property
    def pk(self) -> Any: ...
    @property
    def disposition_id(self) -> Any: ...
    @property
    def status(self) -> Any: ...
    @property
    def talk_seconds(self) -> Any: ...
    @property
    def ring_seconds(self) -> Any: ...
    @property
    def direction(self) -> Any: ...


def details_of(call: Tellable) -> dict[str, Any]:
    """Return what `Activity.details` holds of a call."""
    return {
        "call": str(call.pk),
        "disposition": str(call.disposition_id) if call.disposition_id else None,
        "status": call.status,
        "talk_seconds": call.talk_seconds,
        "ring_seconds": call.ring_seconds,
        "direction": call.direction,
    }
