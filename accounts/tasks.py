"""The Celery tasks that every queue runs: do what is due, and look for what fell due."""

import datetime as dt
import logging
import time
import uuid
from typing import Any

from celery import shared_task

from jini.lib.work import handler

logger = logging.getLogger(__name__)

LONGEST_RUN_SECONDS = 20.0


@shared_task(name="accounts.run_due")
def run_due(queue: str) -> int:
    """Carry out due tasks of `queue` until none is left or twenty seconds are over; return how many were taken."""
    from accounts import work  # noqa: PLC0415 -- leaf

    started, taken = time.monotonic(), 0
    while (claimed := work.claim(queue)) is not None:
        try:
            taken += work.run(claimed)
        except Exception:
            taken += 1
            logger.exception("work.failed", extra={"task": claimed.task, "due_task": str(claimed.id)})
        if time.monotonic() - started > LONGEST_RUN_SECONDS:
            work.nudge(queue)
            break
    return taken


@shared_task(name="accounts.sweep")
def sweep(queue: str) -> int:
    """Find what a lost nudge left behind, and wake a worker for what falls due before the next sweep."""
    from accounts import work  # noqa: PLC0415 -- leaf

    work.nudge_upcoming(queue)
    return run_due(queue)


@handler("accounts.deliver_invitation")
def deliver_invitation(organisation: Any, subject_id: uuid.UUID) -> dt.datetime | None:
    from accounts.actions.invitations import deliver  # noqa: PLC0415 -- leaf

    deliver(subject_id)
    return None


@handler("accounts.mail_notification")
def mail_notification(organisation: Any, subject_id: uuid.UUID) -> dt.datetime | None:
    from accounts.actions.reminding import mail  # noqa: PLC0415 -- leaf

    mail(organisation, subject_id)
    return None


@handler("accounts.push_notification")
def push_notification(organisation: Any, subject_id: uuid.UUID) -> dt.datetime | None:
    from accounts.actions.pushing import push_notice  # noqa: PLC0415 -- leaf

    push_notice(organisation, subject_id)
    return None
