"""Taking a call log in: from a phone that sends it, or from a file."""

import datetime as dt
import hashlib
import json
import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from accounts.models import Membership
from accounts.tenancy import current_organisation
from dialer.calls.counters import add_calls, count_calls, details_of, write_lines
from dialer.device_calls.joining import TOLD, Joined, NewCall, calls_around, join, leads_with, like_new, tell
from dialer.device_calls.reading import Outcome, Row, Verdict, read_row
from dialer.models import Call, Device, DeviceBatch, DeviceCall
from jini.lib.figures import mark_many_dirty
from jini.lib.ids import uuid7
from leads.models import Activity

# A clock further off than this is not corrected: nobody can say on which day the calls were.
MOST_SKEW = dt.timedelta(hours=48)
# Answers are kept so long for who asks again, and what was counted so long for the page about devices.
KEPT = dt.timedelta(days=30)


class ClockOff(Exception):
    """The phone's clock is further off than can be corrected; `skew` says by how much ours is ahead."""

    def __init__(self, skew: dt.timedelta) -> None:
        super().__init__(str(skew))
        self.skew = skew


class KeyReused(Exception):
    """The idempotency key was used for another body before."""


@dataclass(frozen=True, slots=True)
class Batch:
    """What a phone sent: `rows` of its call log as JSON, its own clock as it sent, and what it says of itself."""

    rows: Sequence[Any]
    key: str
    sent_at: dt.datetime
    install_id: str
    app_version: str
    reported: Mapping[str, Any]

    def digest(self) -> str:
        """Return by what a reused key is noticed: the rows. A batch that is sent once more tells another time."""
        return hashlib.sha256(json.dumps([self.install_id, self.rows], sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Log:
    """Whose call log it is, and where it comes from; without a device from a file."""

    telecaller: Membership
    device: Device | None = None
    install_id: str = ""


@transaction.atomic
def take_batch(device: Device, batch: Batch) -> dict[str, Any]:
    """Take what a phone sent of its call log and return the answer: a verdict on each row, and on the phone's clock.

    What our clock is ahead of the phone's is added to the times of the rows. The same key gets the same answer and has
    no second effect. Raises `ClockOff` and `KeyReused`, with nothing taken.
    """
    _one_at_a_time(device.member)
    digest = batch.digest()
    batches = DeviceBatch.objects.filter(device=device)
    if (before := batches.filter(key=batch.key).first()) is not None:
        if before.body_digest != digest:
            raise KeyReused
        answered: dict[str, Any] = before.answer
        return answered
    now = timezone.now()
    skew = now - batch.sent_at
    if abs(skew) > MOST_SKEW:
        raise ClockOff(skew)
    read = [read_row(number, sent, skew=skew, now=now) for number, sent in enumerate(batch.rows)]
    verdicts = take_rows(read, Log(device.member, device, batch.install_id))
    counts = Counter(verdict.outcome for verdict in verdicts)
    answer = {
        "results": [_said(verdict) for verdict in verdicts],
        "counts": {str(outcome): counts[outcome] for outcome in Outcome},
        "clock": {"ahead_seconds": round(skew.total_seconds()), "corrected": bool(batch.rows)},
    }
    batches.filter(received_at__lt=now - KEPT).delete()
    DeviceBatch.objects.create(
        device=device,
        key=batch.key,
        body_digest=digest,
        received_at=now,
        answer=answer,
        accepted=counts[Outcome.ACCEPTED],
        duplicates=counts[Outcome.DUPLICATE],
        personal=counts[Outcome.PERSONAL],
        refused=counts[Outcome.REFUSED],
    )
    told = {"synced_at": now, "clock_skew": skew, "app_version": batch.app_version, "reported": dict(batch.reported)}
    Device.objects.filter(pk=device.pk).update(**told)
    return answer


@transaction.atomic
def take_rows(read: Sequence[Row | Verdict], log: Log) -> list[Verdict]:
    """Let the rows of a call log become calls, and return what became of each, in their order.

    A number of no lead is personal, and nothing of its row is written. What is known by either key is a duplicate. The
    rest is joined to the calls that JiNi knows, or becomes a call; its days are counted again, however long ago.
    """
    verdicts = {one.number: one for one in read if isinstance(one, Verdict)}
    rows = [one for one in read if isinstance(one, Row)]
    _one_at_a_time(log.telecaller)
    leads = leads_with((row.phone for row in rows), log.telecaller)
    verdicts |= {
        row.number: Verdict(row.number, Outcome.PERSONAL, row.log_id) for row in rows if row.phone not in leads
    }
    known = [row for row in rows if row.phone in leads]
    twins = _twins_of(known, log)
    verdicts |= {
        row.number: Verdict(row.number, Outcome.DUPLICATE, row.log_id, twins[row.number])
        for row in known
        if row.number in twins
    }
    fresh = [row for row in known if row.number not in twins]
    calls = _become_calls(fresh, leads, log)
    verdicts |= {row.number: Verdict(row.number, Outcome.ACCEPTED, row.log_id, calls[row.number]) for row in fresh}
    return [verdicts[one.number] for one in read]


def _twins_of(rows: Sequence[Row], log: Log) -> dict[int, uuid.UUID | None]:
    """Return the rows that are known by either key, with the call that they are; None of one that is twice in `rows`."""
    known = _known(rows, log)
    twins: dict[int, uuid.UUID | None] = {}
    for row in rows:
        keys: list[Any] = [row.content, *([row.log_id] if log.device else [])]
        if any(key in known for key in keys):
            twins[row.number] = next((known[key] for key in keys if known.get(key)), None)
        else:
            known |= dict.fromkeys(keys)
    return twins


def _known(rows: Sequence[Row], log: Log) -> dict[Any, uuid.UUID | None]:
    """Return the calls of what was taken before, by content and, of this installation, by id."""
    if not rows:
        return {}
    values: dict[str, Any] = {
        "organisation": current_organisation().pk,
        "telecaller": log.telecaller.pk,
        "phones": [row.phone for row in rows],
        "moments": [row.logged_at for row in rows],
        "device": log.device.pk if log.device else None,
        "install": log.install_id,
        "ids": [row.log_id for row in rows],
    }
    with connection.cursor() as cursor:
        cursor.execute(_KNOWN_CONTENTS, values)
        known: dict[Any, uuid.UUID | None] = {tuple(content): call for *content, call in cursor.fetchall()}
        if log.device:
            cursor.execute(_KNOWN_IDS, values)
            known |= dict(cursor.fetchall())
    return known


_KNOWN_CONTENTS = """
SELECT taken.phone, taken.logged_at, taken.direction, taken.seconds, taken.call_id
FROM unnest(%(phones)s::text[], %(moments)s::timestamptz[]) AS row(phone, logged_at)
JOIN dialer_devicecall taken ON taken.organisation_id = %(organisation)s AND taken.telecaller_id = %(telecaller)s
    AND taken.phone = row.phone AND taken.logged_at = row.logged_at
"""
_KNOWN_IDS = """
SELECT log_id, call_id FROM dialer_devicecall
WHERE organisation_id = %(organisation)s AND device_id = %(device)s AND install_id = %(install)s
    AND log_id = ANY(%(ids)s) AND log_id <> ''
"""


def _become_calls(rows: Sequence[Row], leads: Mapping[str, uuid.UUID], log: Log) -> dict[int, uuid.UUID]:
    """Join the rows to calls, or make calls of them; return the call of each by the row's number."""
    same = join(rows, calls_around(rows, leads, log.telecaller))
    made = [NewCall(uuid7(), leads[row.phone], row) for row in rows if row.number not in same]
    Call.objects.write_like(like_new(log.telecaller), [new.columns() for new in made])
    calls = {new.row.number: new.pk for new in made} | {number: call.pk for number, (call, __) in same.items()}
    how = {number: how for number, (__, how) in same.items()}
    kept = DeviceCall(
        telecaller=log.telecaller, device=log.device, install_id=log.install_id, received_at=timezone.now()
    )
    DeviceCall.objects.write_like(
        kept,
        [
            {
                "id": str(uuid7()),
                "call_id": str(calls[row.number]),
                "joined": how.get(row.number, Joined.NEW),
                "log_id": row.log_id,
                "phone": row.phone,
                "direction": row.direction,
                "logged_at": row.logged_at.isoformat(),
                "seconds": row.seconds,
            }
            for row in rows
        ],
    )
    _follow(made, _tell_all(rows, same), log.telecaller)
    return calls


def _tell_all(rows: Sequence[Row], same: Mapping[int, tuple[Call, str]]) -> list[Call]:
    """Write what the rows know onto the calls that were started in JiNi, and return those."""
    told = []
    for row in rows:
        call, how = same.get(row.number, (None, ""))
        # A provider knows its own calls better.
        if call is not None and how == Joined.OUTCOME:
            tell(call, row)
            told.append(call)
    if told:
        Call.objects.rewrite(told, TOLD)
    return told


def _follow(made: Sequence[NewCall], told: Sequence[Call], telecaller: Membership) -> None:
    """Let timelines, counters and figures follow, however long ago the calls were."""
    lines = [
        {
            "id": str(uuid7()),
            "lead_id": str(call.lead_id),
            "at": call.row.started_at.isoformat(),
            "details": details_of(call),
        }
        for call in made
    ]
    Activity.objects.write_like(Activity(kind=Activity.Kind.CALL, actor=telecaller), lines)
    outgoing = [call for call in made if call.direction == Call.Direction.OUTGOING]
    add_calls([(call.lead_id, call.row.started_at, bool(call.row.seconds)) for call in outgoing])
    if told:
        write_lines(told)
        count_calls(call.lead_id for call in told)
    moments = [*(call.row.started_at for call in made), *(call.started_at for call in told)]
    zone = current_organisation().zone
    days = {timezone.localtime(moment, zone).date(): moment for moment in moments}
    mark_many_dirty([(moment, telecaller.pk) for moment in days.values()])


def _one_at_a_time(telecaller: Membership) -> None:
    """Let two batches of one telecaller come one after the other: their log may be sent twice at once."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('call log ' || %s, 0))", [str(telecaller.pk)])


def _said(verdict: Verdict) -> dict[str, Any]:
    said: dict[str, Any] = {"row": verdict.number, "id": verdict.log_id, "verdict": str(verdict.outcome)}
    if verdict.call is not None:
        said["call_id"] = str(verdict.call)
    if verdict.code:
        said |= {"code": verdict.code, "field": verdict.field, "message": str(verdict.message)}
    return said
