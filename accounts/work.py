"""Accepting work in the transaction of its cause, and doing it later: an outbox that Celery merely wakes."""

import datetime as dt
import logging
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from threading import Lock
from time import monotonic

from celery import current_app
from django.db import connection, transaction
from django.utils import timezone
from kombu.exceptions import OperationalError

from accounts.models import DueTask, Organisation
from accounts.tenancy import current_organisation
from jini.lib.ids import uuid7
from jini.lib.work import handler_of, short_tasks

logger = logging.getLogger(__name__)

LEASE = dt.timedelta(seconds=120)
# Of tasks whose steps are short, such as those that are carried out together: after a worker's death they wait no longer.
SHORT_LEASE = dt.timedelta(seconds=15)
SOON = dt.timedelta(seconds=10)
BURST_SECONDS = 0.25
MOST_NUDGES = 200
LONGEST_BACK_OFF = dt.timedelta(hours=1)

_SCHEDULE = """
INSERT INTO accounts_duetask AS t (id, task, queue, organisation_id, subject_id, due_at, attempts, version, last_error)
VALUES (%s, %s, %s, %s, %s, %s, 0, 1, '')
ON CONFLICT (task, subject_id) DO UPDATE
SET due_at = least(t.due_at, excluded.due_at), version = t.version + 1
"""
_CLAIM = """
UPDATE accounts_duetask
SET lease_until = CASE WHEN task = ANY (%s) THEN %s ELSE %s END, attempts = attempts + 1
WHERE id = (
    SELECT id FROM accounts_duetask
    WHERE queue = %s AND due_at <= %s AND (lease_until IS NULL OR lease_until < %s)
    ORDER BY due_at LIMIT 1 FOR UPDATE SKIP LOCKED
)
RETURNING id, task, organisation_id, subject_id, attempts, version
"""
_GATHER = """
UPDATE accounts_duetask SET lease_until = %s, attempts = attempts + 1
WHERE id = ANY (ARRAY (
    SELECT id FROM accounts_duetask
    WHERE queue = %s AND task = %s AND organisation_id = %s AND due_at <= %s
      AND (lease_until IS NULL OR lease_until < %s)
    ORDER BY due_at LIMIT %s FOR UPDATE SKIP LOCKED
))
RETURNING id, task, organisation_id, subject_id, attempts, version
"""
_FINISH = """
DELETE FROM accounts_duetask t USING unnest(%s::uuid[], %s::bigint[]) AS mine (id, version)
WHERE t.id = mine.id AND t.version = mine.version
RETURNING t.id
"""


def schedule(task: str, subject_id: uuid.UUID, *, due_at: dt.datetime | None = None) -> None:
    """Owe `task` for `subject_id` of the open scope's organisation at `due_at` (default now).

    The row is part of the current transaction. Asking twice owes it once, at the earlier time. The nudge follows the
    commit; when Redis does not answer, the sweeper finds the row within ten seconds.
    """
    queue = handler_of(task).queue
    due_at = due_at or timezone.now()
    with connection.cursor() as cursor:
        cursor.execute(_SCHEDULE, [uuid7(), task, queue, current_organisation().pk, subject_id, due_at])
    delay = due_at - timezone.now()
    if delay <= SOON:
        transaction.on_commit(partial(nudge, queue, after=delay))


def nudge(queue: str, *, after: dt.timedelta = dt.timedelta(0)) -> bool:
    """Wake a worker of `queue`; return whether the broker took it. Losing the nudge loses nothing."""
    countdown = max(after.total_seconds(), 0)
    try:
        current_app.send_task(
            "accounts.run_due",
            args=[queue],
            queue=queue,
            countdown=countdown or None,
            expires=countdown + 60,
            retry=False,
        )
    except OperationalError:
        logger.warning("work.nudge_lost", extra={"queue": queue})
        return False
    return True


# When a worker of each queue was last woken, or will be; guarded by the lock.
_woken: dict[str, float] = {}
_waking = Lock()


def wake(queue: str) -> None:
    """Wake a worker of `queue` for what was committed just now, with two messages at most for a burst of it.

    The first of a burst wakes at once, the second orders a waking at the burst's end, which sees all that came between.
    """
    now = monotonic()
    with _waking:
        last = _woken.get(queue, float("-inf"))
        if last > now:
            return
        at = _woken[queue] = max(now, last + BURST_SECONDS)
    if not nudge(queue, after=dt.timedelta(seconds=at - now)):
        # Whoever comes next need not wait for a broker that is gone: the sweeper finds what is due.
        _woken[queue] = now + SOON.total_seconds()


@dataclass(frozen=True)
class Claim:
    """A due task that this worker holds until its lease ends."""

    id: uuid.UUID
    task: str
    organisation_id: uuid.UUID
    subject_id: uuid.UUID
    attempts: int
    version: int


def claim(queue: str) -> Claim | None:
    """Take the longest-waiting due task of `queue` that nobody holds."""
    now = timezone.now()
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, [short_tasks(), now + SHORT_LEASE, now + LEASE, queue, now, now])
        row = cursor.fetchone()
    return Claim(*row) if row else None


def run(claimed: Claim) -> int:
    """Take one step of a claimed task, with as many like it as are carried out together; return of how many.

    An exception is logged and raised again after the task was put off: 2, 4, 8 … seconds, at most an hour.
    """
    if handler_of(claimed.task).run_together is not None:
        return _run_many(claimed)
    organisation = Organisation.objects.get(pk=claimed.organisation_id)
    step = handler_of(claimed.task).run
    with _putting_off(claimed):
        again = step(organisation, claimed.subject_id) if step else None
    if again is None:
        _finish([claimed])
        return 1
    _put_off(claimed, again)
    if (delay := again - timezone.now()) <= SOON:
        nudge(handler_of(claimed.task).queue, after=delay)
    return 1


def _run_many(first: Claim) -> int:
    organisation = Organisation.objects.get(pk=first.organisation_id)
    claimed = [first, *_gather(first)]
    if len(claimed) == 1:
        with _putting_off(first):
            _carry_out(organisation, claimed)
        return 1
    try:
        _carry_out(organisation, claimed)
    except Exception:
        logger.warning("work.taken_one_by_one", extra={"task": first.task, "count": len(claimed)}, exc_info=True)
        for each in claimed:
            _try_alone(organisation, each)
    return len(claimed)


def _try_alone(organisation: Organisation, claimed: Claim) -> None:
    """Carry out what failed together with others, so that only the one to blame is put off."""
    try:
        with _putting_off(claimed):
            _carry_out(organisation, [claimed])
    except Exception:
        logger.exception("work.failed", extra={"task": claimed.task, "due_task": str(claimed.id)})


def _gather(first: Claim) -> list[Claim]:
    """Take what else is due of the same task and organisation, as much as is carried out together."""
    handler, now = handler_of(first.task), timezone.now()
    with connection.cursor() as cursor:
        cursor.execute(
            _GATHER,
            [now + SHORT_LEASE, handler.queue, first.task, first.organisation_id, now, now, handler.most - 1],
        )
        return [Claim(*row) for row in cursor.fetchall()]


def _carry_out(organisation: Organisation, claimed: list[Claim]) -> None:
    """Do what is owed and record that it is done, both or neither."""
    together = handler_of(claimed[0].task).run_together
    with transaction.atomic():
        if together is not None:
            together(organisation, [each.subject_id for each in claimed])
        _finish(claimed)


@contextmanager
def _putting_off(claimed: Claim) -> Iterator[None]:
    try:
        yield
    except BaseException as error:
        back_off = min(dt.timedelta(seconds=2 ** min(claimed.attempts, 12)), LONGEST_BACK_OFF)
        _put_off(claimed, timezone.now() + back_off, error=type(error).__name__)
        raise


def _finish(claimed: list[Claim]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_FINISH, [[each.id for each in claimed], [each.version for each in claimed]])
        finished = {row[0] for row in cursor.fetchall()}
    if left := [each.id for each in claimed if each.id not in finished]:
        # Somebody asked again while the step ran: it is owed once more, at once.
        DueTask.objects.filter(pk__in=left).update(lease_until=None, attempts=0)


def _put_off(claimed: Claim, due_at: dt.datetime, *, error: str = "") -> None:
    mine = DueTask.objects.filter(pk=claimed.id)
    ended = (
        {"lease_until": None, "last_error": error} if error else {"lease_until": None, "last_error": "", "attempts": 0}
    )
    if not mine.filter(version=claimed.version).update(due_at=due_at, **ended):
        mine.update(**ended)


def nudge_upcoming(queue: str) -> None:
    """Wake a worker at the moment of each task of `queue` that falls due before the next sweep."""
    now = timezone.now()
    upcoming = DueTask.objects.filter(queue=queue, lease_until=None, due_at__gt=now, due_at__lte=now + SOON)
    for due_at in upcoming.order_by("due_at").values_list("due_at", flat=True)[:MOST_NUDGES]:
        nudge(queue, after=due_at - now)
