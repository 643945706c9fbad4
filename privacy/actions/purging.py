"""Deleting what is kept no longer: a run a day for each rule, in short steps that may be taken twice."""

import datetime as dt
import uuid
from typing import Any

from django.apps import apps
from django.db import transaction
from django.db.models import BooleanField, Case, Min, When
from django.utils import timezone

from accounts import audit
from accounts.actions.notifying import notify
from accounts.models import Membership, Organisation
from accounts.permissions import Role
from accounts.tenancy import acting_for, current_organisation
from accounts.work import schedule
from jini.lib.purging import Purge, delete_rows, purged_rules, purges_of
from jini.lib.retention import Rule
from privacy.holds import held, in_force, wait_for_holds
from privacy.models import LegalHold, RetentionRun
from privacy.retention import cutoff_of, schedule_here

PURGE, STOPPED = "privacy.purge", "retention.stopped"
AT = dt.time(2)
# A fifth of a rule's records in one run is more than time alone explains, unless the period is so short that this is
# the share of a few days. Below a hundred records a share says nothing. Our own figures but for the fifth.
BRAKE, BRAKE_DAYS, BRAKE_FROM = 0.2, 3, 100
# Rows that somebody else was writing are met again in another round.
ROUNDS = 3
# Rows that are counted for a page before it says "more than".
MOST_COUNTED = 10_000
State = RetentionRun.State


def next_night(organisation: Organisation) -> dt.datetime:
    """The next time that it is two in the morning where `organisation` is."""
    now = timezone.now().astimezone(organisation.zone)
    day = now.date() if now.time() < AT else now.date() + dt.timedelta(days=1)
    return dt.datetime.combine(day, AT, tzinfo=organisation.zone)


def owe_purge() -> None:
    """Owe the organisation of the open scope its nightly deletion."""
    organisation = current_organisation()
    schedule(PURGE, organisation.pk, due_at=next_night(organisation))


def due_rows(purge: Purge, cutoff: dt.datetime, holds: list[LegalHold]) -> Any:
    """Return the rows of `purge` that are due and that no hold keeps."""
    due = purge.rows.filter(counted_from__lt=cutoff)
    if purge.is_free is not None:
        due = due.filter(purge.is_free())
    kept = held(purge, holds)
    if kept is None:
        return due
    # What names nobody is not held: the condition is unknown there, and its opposite would be unknown, too.
    return due.alias(is_held=Case(When(kept, then=True), default=False, output_field=BooleanField())).filter(
        is_held=False
    )


def purge_some(organisation: Organisation) -> bool:
    """Take one step of today's runs; return whether there is more to do today."""
    today = timezone.now().astimezone(organisation.zone).date()
    with acting_for(organisation):
        wait_for_holds(alone=False)
        here = schedule_here()
        runs = {run.rule: run for run in RetentionRun.objects.select_for_update().filter(day=today)}
        for rule in purged_rules():
            run = runs.get(rule) or _begin(rule, here[rule], today)
            if run.state == State.RUNNING:
                _step(run)
                return True
    return False


def _begin(rule: str, terms: Rule, today: dt.date) -> RetentionRun:
    """Count what is due today. An earlier run that was not over, or waited, is superseded."""
    RetentionRun.objects.filter(rule=rule, day__lt=today).exclude(state=State.DONE).update(
        state=State.DONE, finished_at=timezone.now()
    )
    cutoff, holds = cutoff_of(terms), in_force()
    due, kept, total = _counted(rule, cutoff, holds)
    run: RetentionRun = RetentionRun.objects.create(
        rule=rule, day=today, cutoff=cutoff, total=total, due=due, held=kept, cursor={"round": 1}
    )
    if due > max(BRAKE_FROM, total * max(BRAKE, BRAKE_DAYS / terms.days)):
        _stop(run)
    elif not due:
        _end(run)
    return run


def _counted(rule: str, cutoff: dt.datetime, holds: list[LegalHold]) -> tuple[int, int, int]:
    """Return how many rows are due, how many would be but for a hold, and how many there are."""
    due = kept = total = 0
    for purge in purges_of(rule):
        mine = due_rows(purge, cutoff, holds).count()
        past = purge.rows.filter(counted_from__lt=cutoff).count() if held(purge, holds) is not None else mine
        due, kept, total = due + mine, kept + past - mine, total + purge.rows.count()
    return due, kept, total


def _stop(run: RetentionRun) -> None:
    """Have an admin say whether so much is meant to go."""
    run.state = State.STOPPED
    run.save(update_fields=["state"])
    admins = Membership.objects.active().filter(organisation=current_organisation(), role__in=[Role.ADMIN, Role.OWNER])
    notify(admins, STOPPED, url="/settings/retention/", details={"rule": run.rule, "due": run.due}, once=str(run.pk))


@transaction.atomic
def confirm(run: RetentionRun, *, by: Membership) -> bool:
    """Let a stopped run delete what is due; return False when it does not wait any more."""
    waiting = RetentionRun.objects.filter(pk=run.pk, state=State.STOPPED)
    if not waiting.update(state=State.RUNNING, confirmed_at=timezone.now(), confirmed_by=by):
        return False
    # It goes on today, and under the holds and the period of today.
    today = timezone.now().astimezone(current_organisation().zone).date()
    RetentionRun.objects.filter(pk=run.pk).update(day=today)
    audit.record("retention.confirmed", by=by, subject=run, rule=run.rule, due=run.due)
    schedule(PURGE, current_organisation().pk)
    return True


def _step(run: RetentionRun) -> None:
    """Delete some rows of the table that the run is at, or go on to the next."""
    purges = purges_of(run.rule)
    place = run.cursor.get("purge", 0)
    if place >= len(purges):
        _next_round(run)
        return
    taken = _delete_some(run, purges[place])
    if taken is None:
        run.cursor = {"round": run.cursor["round"], "purge": place + 1}
    else:
        run.cursor |= {"purge": place, "at": taken}
    run.save(update_fields=["cursor", "removed"])


def _next_round(run: RetentionRun) -> None:
    """End the run, unless rows are left that somebody was writing when they were met."""
    holds, round_ = in_force(), run.cursor["round"]
    left = any(due_rows(purge, run.cutoff, holds).exists() for purge in purges_of(run.rule))
    if left and round_ < ROUNDS:
        run.cursor = {"round": round_ + 1}
        run.save(update_fields=["cursor"])
    else:
        _end(run)


def _delete_some(run: RetentionRun, purge: Purge) -> str | None:
    """Delete a batch, oldest first; return until when, or None when nothing is left from where the run was."""
    due = due_rows(purge, run.cutoff, in_force())
    # What went before lies as dead rows at the head of the index: the next batch begins behind it.
    if since := run.cursor.get("at"):
        due = due.filter(counted_from__gte=since)
    oldest = due.order_by("counted_from", "pk")
    if purge.is_locked:
        oldest = oldest.select_for_update(skip_locked=True, of=("self",))
    rows = list(oldest.values_list("pk", "counted_from")[: purge.most])
    if not rows:
        return None
    ids: list[uuid.UUID] = [pk for pk, _at in rows]
    if purge.first:
        purge.first(ids)
    model: Any = apps.get_model(purge.model)
    run.removed += purge.remove(ids) if purge.remove else delete_rows(model, ids)
    return str(rows[-1][1].isoformat())


def _end(run: RetentionRun) -> None:
    run.state, run.finished_at = State.DONE, timezone.now()
    run.oldest = _oldest(run.rule)
    run.save(update_fields=["state", "finished_at", "oldest"])
    if run.removed:
        audit.record("retention.purged", by=None, subject=run, rule=run.rule, removed=run.removed, held=run.held)


def _oldest(rule: str) -> dt.datetime | None:
    """Return from when the oldest record under `rule` is: the proof that what was due is gone."""
    zone, found = current_organisation().zone, []
    for purge in purges_of(rule):
        at = purge.rows.aggregate(at=Min("counted_from"))["at"]
        if at is not None:
            found.append(at if isinstance(at, dt.datetime) else dt.datetime.combine(at, dt.time(), zone))
    return min(found, default=None)


def would_go(rule: str, terms: Rule) -> int:
    """Return how many records would go under `rule` if it ran now, counted to a little above `MOST_COUNTED`."""
    cutoff, holds, count = cutoff_of(terms), in_force(), 0
    for purge in purges_of(rule):
        count += due_rows(purge, cutoff, holds).order_by()[: MOST_COUNTED + 1].count()
    return count
