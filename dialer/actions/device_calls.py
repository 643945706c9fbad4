"""Taking a call log in: from a phone that sends it, or from a file."""

import datetime as dt
import hashlib
import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from accounts.models import Membership
from accounts.tenancy import current_organisation
from dialer.calls.counters import count_calls, line_of, write_lines
from dialer.device_calls.joining import TOLD, Joined, calls_around, join, leads_with, new_call, tell
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
    """What a phone sent: `rows` of its call log as JSON, its own clock as it sent, and what it says of itself.

    `body` is the request as it came, by which a reused `key` is noticed.
    """

    rows: Sequence[Any]
    key: str
    body: bytes
    sent_at: dt.datetime
    install_id: str
    app_version: str
    reported: Mapping[str, Any]


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
    digest = hashlib.sha256(batch.body).hexdigest()
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
    verdicts |= {row.number: Verdict(row.number, Outcome.ACCEPTED, row.log_id, calls[row.number].pk) for row in fresh}
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
    taken = DeviceCall.objects.filter(
        telecaller=log.telecaller,
        phone__in={row.phone for row in rows},
        logged_at__in={row.logged_at for row in rows},
    )
    contents = taken.values_list("phone", "logged_at", "direction", "seconds", "call_id")
    known: dict[Any, uuid.UUID | None] = {tuple(content): call for *content, call in contents}
    if log.device:
        same = DeviceCall.objects.filter(device=log.device, install_id=log.install_id)
        known |= dict(same.filter(log_id__in={row.log_id for row in rows}).values_list("log_id", "call_id"))
    return known


def _become_calls(rows: Sequence[Row], leads: Mapping[str, uuid.UUID], log: Log) -> dict[int, Call]:
    """Join the rows to calls, or make calls of them; return the call of each by the row's number."""
    same = join(rows, calls_around(rows, leads, log.telecaller))
    made = {row.number: new_call(row, leads[row.phone], log.telecaller) for row in rows if row.number not in same}
    calls = made | {number: call for number, (call, __) in same.items()}
    how = {number: how for number, (__, how) in same.items()}
    Call.objects.write_new(list(made.values()))
    now = timezone.now()
    DeviceCall.objects.write_new(
        [
            DeviceCall(
                pk=uuid7(),
                telecaller=log.telecaller,
                device=log.device,
                call_id=calls[row.number].pk,
                joined=how.get(row.number, Joined.NEW),
                install_id=log.install_id,
                log_id=row.log_id,
                phone=row.phone,
                direction=row.direction,
                logged_at=row.logged_at,
                seconds=row.seconds,
                received_at=now,
            )
            for row in rows
        ]
    )
    _follow(list(made.values()), _tell_all(rows, same))
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


def _follow(made: Sequence[Call], told: Sequence[Call]) -> None:
    """Let timelines, counters and figures follow, however long ago the calls were."""
    Activity.objects.write_new([line_of(call) for call in made])
    if told:
        write_lines(told)
    calls = [*made, *told]
    if calls:
        count_calls(call.lead_id for call in calls)
        zone = current_organisation().zone
        days = {(timezone.localtime(call.started_at, zone).date(), call.telecaller_id): call for call in calls}
        mark_many_dirty([(call.started_at, call.telecaller_id) for call in days.values()])


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
