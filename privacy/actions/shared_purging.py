"""Deleting what is kept no longer and belongs to no organisation: a run a day for each rule, as in `purging`."""

import datetime as dt
import logging

from django.db import connection, transaction
from django.utils import timezone

from jini.lib.retention import SCHEDULE
from jini.lib.shared_purging import purges_of, rules
from privacy.actions.purging import AT, BRAKE, BRAKE_DAYS, BRAKE_FROM
from privacy.models import SharedRun
from privacy.retention import cutoff_of

logger = logging.getLogger(__name__)
State = SharedRun.State


def purge_some() -> bool:
    """Take one step of today's runs, in the zone of the installation; return whether there is more to do today."""
    now = timezone.localtime()
    if now.time() < AT:
        return False
    with transaction.atomic():
        if not _alone():
            return False
        runs = {run.rule: run for run in SharedRun.objects.select_for_update().filter(day=now.date())}
        for rule in rules():
            run = runs.get(rule) or _begin(rule, now.date())
            if run.state == State.RUNNING:
                _step(run)
                return True
    return False


def _alone() -> bool:
    """Whether nobody else is at it, until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtext('jini.shared_purging'))")
        return bool(cursor.fetchone()[0])


def _begin(rule: str, today: dt.date) -> SharedRun:
    """Count what is due today. An earlier run that was not over, or waited, is superseded."""
    SharedRun.objects.filter(rule=rule, day__lt=today).exclude(state=State.DONE).update(
        state=State.DONE, finished_at=timezone.now()
    )
    terms = SCHEDULE[rule]
    cutoff = cutoff_of(terms)
    total, due = sum(one.total() for one in purges_of(rule)), sum(one.due(cutoff) for one in purges_of(rule))
    run = SharedRun.objects.create(rule=rule, day=today, cutoff=cutoff, total=total, due=due)
    if due > max(BRAKE_FROM, total * max(BRAKE, BRAKE_DAYS / terms.days)):
        run.state = State.STOPPED
        run.save(update_fields=["state"])
        # Whoever runs the installation reads its log; `purge_shared --confirm` lets it go on.
        logger.error("retention.stopped", extra={"task": rule, "count": due})
    elif not due:
        _end(run)
    return run


def _step(run: SharedRun) -> None:
    """Delete some rows of the first table that has any left, or end the run."""
    for purge in purges_of(run.rule):
        if gone := purge.take(run.cutoff):
            run.removed += gone
            run.save(update_fields=["removed"])
            return
    _end(run)


def _end(run: SharedRun) -> None:
    run.state, run.finished_at = State.DONE, timezone.now()
    run.oldest = min((at for one in purges_of(run.rule) if (at := one.oldest())), default=None)
    run.save(update_fields=["state", "finished_at", "oldest"])


def confirm(rule: str) -> bool:
    """Let a stopped run delete what is due; return False when none waits."""
    waiting = SharedRun.objects.filter(rule=rule, state=State.STOPPED)
    # It goes on today, whenever it was stopped.
    return bool(waiting.update(state=State.RUNNING, day=timezone.localdate()))
