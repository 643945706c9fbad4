"""Accepting work in the transaction of its cause, and doing it later: an outbox that Celery merely wakes."""

import datetime as dt
import logging
import uuid
from dataclasses import dataclass

from celery import current_app
from django.db import connection, transaction
from django.utils import timezone
from kombu.exceptions import OperationalError

from accounts.models import DueTask, Organisation
from accounts.tenancy import current_organisation
from jini.lib.ids import uuid7
from jini.lib.work import handler_of

logger = logging.getLogger(__name__)

LEASE = dt.timedelta(seconds=120)
SOON = dt.timedelta(seconds=10)
MOST_NUDGES = 200
LONGEST_BACK_OFF = dt.timedelta(hours=1)

_SCHEDULE = """
INSERT INTO accounts_duetask AS t (id, task, queue, organisation_id, subject_id, due_at, attempts, version, last_error)
VALUES (%s, %s, %s, %s, %s, %s, 0, 1, '')
ON CONFLICT (task, subject_id) DO UPDATE
SET due_at = least(t.due_at, excluded.due_at), version = t.version + 1
"""
_CLAIM = """
UPDATE accounts_duetask SET lease_until = %s, attempts = attempts + 1
WHERE id = (
    SELECT id FROM accounts_duetask
    WHERE queue = %s AND due_at <= %s AND (lease_until IS NULL OR lease_until < %s)
    ORDER BY due_at LIMIT 1 FOR UPDATE SKIP LOCKED
)
RETURNING id, task, organisation_id, subject_id, attempts, version
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
        transaction.on_commit(lambda: nudge(queue, after=delay))


def nudge(queue: str, *, after: dt.timedelta = dt.timedelta(0)) -> None:
    """Wake a worker of `queue`. Losing the nudge loses nothing."""
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
        cursor.execute(_CLAIM, [now + LEASE, queue, now, now])
        row = cursor.fetchone()
    return Claim(*row) if row else None


def run(claimed: Claim) -> None:
    """Take one step of a claimed task and record how it ended.

    An exception is logged and raised again after the task was put off: 2, 4, 8 … seconds, at most an hour.
    """
    organisation = Organisation.objects.get(pk=claimed.organisation_id)
    try:
        again = handler_of(claimed.task).run(organisation, claimed.subject_id)
    except BaseException as error:
        back_off = min(dt.timedelta(seconds=2 ** min(claimed.attempts, 12)), LONGEST_BACK_OFF)
        _put_off(claimed, timezone.now() + back_off, error=type(error).__name__)
        raise
    if again is None:
        _finish(claimed)
        return
    _put_off(claimed, again)
    if (delay := again - timezone.now()) <= SOON:
        nudge(handler_of(claimed.task).queue, after=delay)


def _finish(claimed: Claim) -> None:
    mine = DueTask.objects.filter(pk=claimed.id)
    if not mine.filter(version=claimed.version).delete()[0]:
        # Somebody asked again while the step ran: it is owed once more, at once.
        mine.update(lease_until=None, attempts=0)


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
