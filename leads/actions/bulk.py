"""Doing one thing with many leads: confirm, collect them, go through them in short steps, stop, take it back."""

import datetime as dt
import json
import uuid
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from enum import Enum
from functools import partial
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from accounts import audit
from accounts.models import Membership, Organisation
from accounts.permissions import Permission
from accounts.tenancy import acting_for, current_organisation
from accounts.work import schedule
from jini.lib.ids import UUID7_SQL
from jini.lib.jobs import JobState
from leads.actions.binning import owe_emptying
from leads.bulk import exporting
from leads.bulk.actions import DELETE, EXPORT, actions
from leads.bulk.steps import Action, Held, Outcome, Row, Step, ask, hold, in_other_hands
from leads.filters import find
from leads.models import BulkJob, BulkRow, Lead
from leads.models.bulk_job import UNDO_FOR
from teams.visibility import sight_of

WORK, FORGET = "leads.bulk", "leads.bulk_forget"
MOST, MOST_FORGOTTEN = 1_000, 10_000
# How often the leads that somebody else was writing are tried again, about a second apart.
PASSES = 20
FILE_KEPT_FOR = dt.timedelta(hours=72)
State, Stage = BulkRow.State, BulkJob.Step
GOING_ON = (JobState.QUEUED, JobState.RUNNING)
COUNTED = ("done", "skipped", "undone", "kept")

_COLLECT = f"""
INSERT INTO leads_bulkrow (id, organisation_id, job_id, lead_id, state, reason, before)
SELECT {UUID7_SQL}, l.organisation_id, %s, l.id, 'waiting', '', jsonb_build_object(
    'owner', l.assigned_to_id, 'assigned_at', l.assigned_at, 'status', l.status_id, 'won_at', l.won_at,
    'reason', l.lost_reason_id
)
FROM leads_lead l WHERE l.organisation_id = %s AND l.id IN ({{leads}})
ON CONFLICT (organisation_id, job_id, lead_id) DO NOTHING
"""  # noqa: S608 -- constants and the SQL that Django made of the queryset
_ROWS = """
SELECT r.lead_id::text, r.before, r.after FROM leads_bulkrow r
WHERE r.organisation_id = %(organisation)s AND r.job_id = %(job)s AND r.state = %(state)s
  AND r.lead_id > %(after)s ORDER BY r.lead_id LIMIT %(most)s
"""
# Between the first and the last: PostgreSQL knows nothing of rows that were just collected, and would read all of the job.
_WRITE = """
UPDATE leads_bulkrow r SET state = u.state, reason = u.reason, after = coalesce(u.after::jsonb, r.after)
FROM unnest(%(leads)s::uuid[], %(states)s::text[], %(reasons)s::text[], %(after)s::text[])
    AS u (lead, state, reason, after)
WHERE r.organisation_id = %(organisation)s AND r.job_id = %(job)s AND r.lead_id = u.lead AND r.state = %(state)s
  AND r.lead_id BETWEEN %(first)s AND %(last)s
"""


class NotPossible(Exception):
    """The job has moved on: what was asked cannot be done any more."""


class Next(Enum):
    """What a step leaves behind: more to do at once, something to wait a moment for, or nothing."""

    MORE, LATER, NOTHING = range(3)


@transaction.atomic
def start(
    job_id: uuid.UUID,
    action: Action,
    params: Mapping[str, Any],
    *,
    by: Membership,
    query: Mapping[str, str],
    picked: Collection[uuid.UUID] | None = None,
) -> BulkJob:
    """Owe `action` over the leads that `query` means, or over those of `picked` that `by` sees.

    `job_id` was made with the form: sent twice, it starts once.
    """
    fields = {"action": action.key, "params": dict(params), "created_by": by, "state": JobState.QUEUED}
    fields |= {"query": None if picked is not None else dict(query), "counts": dict.fromkeys(COUNTED, 0)}
    try:
        job, is_new = BulkJob.objects.get_or_create(pk=job_id, defaults=fields)
    except IntegrityError as error:
        # Somebody else's, of whom we know nothing.
        raise NotPossible from error
    if not is_new:
        if job.created_by_id != by.pk:
            raise NotPossible
        return job
    if picked is not None:
        _collect(job, Lead.objects.visible_to(by).filter(pk__in=picked))
    audit.record("bulk.started", by=by, subject=job, action=action.key, params=_plain(params))
    schedule(WORK, job.pk)
    return job


def _plain(params: Mapping[str, Any]) -> dict[str, Any]:
    plain: dict[str, Any] = json.loads(json.dumps(params))
    return plain


@transaction.atomic
def cancel(job: BulkJob, *, by: Membership) -> None:
    """Stop between two steps; what was done stays. Raises `NotPossible` when it is over, or is being undone."""
    running = BulkJob.objects.filter(pk=job.pk, state__in=GOING_ON).exclude(step=Stage.UNDO)
    if not running.update(state=JobState.CANCELLED, finished_at=timezone.now(), query=None):
        raise NotPossible
    audit.record("bulk.stopped", by=by, subject=job)


@transaction.atomic
def start_undo(job: BulkJob, *, by: Membership) -> None:
    """Owe the undoing. Raises `NotPossible` while it works, after thirty days, the second time, and where there is none."""
    row = BulkJob.objects.select_for_update().get(pk=job.pk)
    action = actions().get(row.action)
    if action is None or action.undo is None or not row.is_in_time_to_undo or not row.counts["done"]:
        raise NotPossible
    row.step, row.state, row.cursor = Stage.UNDO, JobState.QUEUED, {}
    row.undone_at, row.undone_by, row.done, row.total = timezone.now(), by, 0, row.counts["done"]
    row.save()
    audit.record("bulk.undo-started", by=by, subject=job)
    schedule(WORK, job.pk)


def take_step(organisation: Organisation, job_id: uuid.UUID) -> Next:
    """Take the next step of the job, in one transaction.

    The row of the job is locked meanwhile and says where to go on: a step that is tried twice is done once. The leads
    of a step, and what hangs on them, are locked without waiting for anybody, so that nobody waits in a circle.
    """
    with acting_for(organisation), timezone.override(organisation.zone):
        found = BulkJob.objects.select_for_update(of=("self",)).filter(pk=job_id, state__in=GOING_ON)
        job = found.select_related("created_by__user", "undone_by__user").first()
        if job is None:
            return Next.NOTHING
        action = actions().get(job.action)
        by: Membership = job.undone_by or job.created_by
        if action is None or by.deactivated_at is not None or not by.may(Permission(action.permission)):
            return _fail(job, "not_allowed")
        if job.total is None:
            return _first(job, action)
        return _finish(job) if job.step == Stage.FINISH else _go_through(job, action, by)


def _first(job: BulkJob, action: Action) -> Next:
    """Write down which leads they are, in one statement; what was typed to find them is forgotten."""
    if job.query is not None:
        found = find(job.created_by, job.query)
        if found.unfit:
            # A status or tag that went since the confirmation would let all leads in.
            return _fail(job, "filter")
        _collect(job, found.leads)
    job.query, job.total = None, BulkRow.objects.filter(job=job).count()
    job.step, job.state, job.started_at = Stage.RUN, JobState.RUNNING, timezone.now()
    if action.key == EXPORT and job.params["kind"] == exporting.EXCEL and job.total > exporting.MOST_EXCEL_ROWS:
        return _fail(job, "excel")
    job.save()
    return Next.MORE


def _collect(job: BulkJob, leads: Any) -> None:
    sql, parameters = leads.order_by().values("pk").query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(_COLLECT.format(leads=sql), [job.pk, current_organisation().pk, *parameters])


def _go_through(job: BulkJob, action: Action, by: Membership) -> Next:
    is_undo = job.step == Stage.UNDO
    state = State.DONE if is_undo else State.WAITING
    after = job.cursor.get("lead", str(uuid.UUID(int=0)))
    rows = ask(_ROWS, job=job.pk, state=state, after=after, most=MOST)
    if not rows:
        return _end_or_again(job, action, state)
    job.cursor["lead"] = rows[-1][0]
    held = _hold(action, [lead for lead, *_ in rows], is_undo=is_undo)
    mine = [Row(held[lead], json.loads(old), json.loads(new or "{}")) for lead, old, new in rows if lead in held]
    refused = {row.lead.id: why for row in mine if (why := _refusal(row, action, by, is_undo=is_undo))}
    step = Step(job, by, [row for row in mine if row.lead.id not in refused])
    outcome = _act(action, step, is_undo=is_undo)
    _write_down(job, mine, {**refused, **outcome.skipped}, outcome, state)
    job.state = JobState.RUNNING
    job.save(update_fields=["state", "cursor", "counts", "done"])
    audit.record("bulk.step", by=by, subject=job, count=len(mine), skipped=len(refused) + len(outcome.skipped))
    return Next.MORE


def _hold(action: Action, lead_ids: Sequence[str], *, is_undo: bool) -> dict[str, Held]:
    """Lock the leads of a step with what hangs on them; those that somebody else is writing come in a later one."""
    held = hold(lead_ids)
    if action.watched and held:
        for lead in in_other_hands(held, follow_ups=action.takes_follow_ups):
            del held[lead]
    return held


def _refusal(row: Row, action: Action, by: Membership, *, is_undo: bool) -> str:
    lead = row.lead
    if lead.deleted_at is not None and not (is_undo and action.key == DELETE):
        return "in_bin"
    if not is_undo and any(row.before[name] != getattr(lead, name) for name in action.guards):
        return "changed"
    sight = sight_of(by)
    return "" if sight.is_whole or sight.covers(uuid.UUID(lead.owner) if lead.owner else None) else "unseen"


def _act(action: Action, step: Step, *, is_undo: bool) -> Outcome:
    verb = action.undo if is_undo else action.apply
    return verb(step) if verb is not None and step.rows else Outcome()


def _write_down(job: BulkJob, rows: Sequence[Row], skipped: Mapping[str, str], outcome: Outcome, state: str) -> None:
    good, bad = (State.UNDONE, State.KEPT) if state == State.DONE else (State.DONE, State.SKIPPED)
    ids = [row.lead.id for row in rows]
    states = [str(bad if lead in skipped else good) for lead in ids]
    after = [json.dumps(outcome.after[lead]) if lead in outcome.after else None for lead in ids]
    reasons = [skipped.get(lead, "") for lead in ids]
    if ids:
        reach = {"first": ids[0], "last": ids[-1]}
        ask(_WRITE, job=job.pk, state=state, leads=ids, states=states, reasons=reasons, after=after, **reach)
    _count(job, Counter(states), state)


def _count(job: BulkJob, became: Mapping[str, int], state: str) -> None:
    """Count rows that were in `state`: what is undone, or could not be, is done no more."""
    for name, count in became.items():
        job.counts[name] += count
        job.done += count
        if state == State.DONE:
            job.counts[State.DONE] -= count


def _end_or_again(job: BulkJob, action: Action, state: str) -> Next:
    """End, or go through those again that were in other hands; in the end those are left as they are."""
    left = BulkRow.objects.filter(job=job, state=state)
    gone = left.filter(lead=None)
    bad = State.KEPT if state == State.DONE else State.SKIPPED
    count = gone.update(state=bad, reason="gone")
    tried = job.cursor.get("pass", 0) + 1
    if tried >= PASSES:
        count += left.update(state=bad, reason="busy")
    _count(job, {bad: count}, state)
    if left.exists():
        job.cursor = {name: value for name, value in job.cursor.items() if name != "lead"} | {"pass": tried}
        job.save()
        return Next.LATER
    if action.key == EXPORT:
        job.step = Stage.FINISH
        job.save()
        return Next.MORE
    if action.key == DELETE and job.step == Stage.RUN and job.counts["done"]:
        owe_emptying()
    return _end(job)


def _finish(job: BulkJob) -> Next:
    """Give the file of an export to who asked for it, for as long as it is kept."""
    path = exporting.part(job)
    if job.params["kind"] == exporting.EXCEL and path.exists():
        path = exporting.as_excel(job)
    if path.exists():
        job.file.name, job.file_until = path.name, timezone.now() + FILE_KEPT_FOR
    return _end(job)


def _end(job: BulkJob) -> Next:
    job.state, job.finished_at, job.cursor = JobState.DONE, timezone.now(), {}
    job.save()
    schedule(FORGET, job.pk, due_at=job.file_until or job.created_at + UNDO_FOR)
    audit.record("bulk.done", by=job.undone_by or job.created_by, subject=job, action=job.action, **job.counts)
    return Next.NOTHING


def _fail(job: BulkJob, code: str) -> Next:
    job.state, job.failure, job.finished_at, job.query = JobState.FAILED, code, timezone.now(), None
    job.save()
    audit.record("bulk.failed", by=None, subject=job, code=code)
    return Next.NOTHING


def note_download(job: BulkJob, *, by: Membership) -> None:
    """Write down that the file of an export was fetched."""
    audit.record("bulk.file_fetched", by=by, subject=job)


def forget(organisation: Organisation, job_id: uuid.UUID) -> bool:
    """Delete the file of an export, whose time is over, and rows of the job that nobody can undo any more; some at a time.

    Return whether there are more. The job itself stays, with its counts.
    """
    with acting_for(organisation):
        job = BulkJob.objects.select_for_update().filter(pk=job_id).first()
        if job is None:
            return False
        if job.action == EXPORT:
            for each in (path := exporting.part(job), path.with_suffix(".xlsx")):
                transaction.on_commit(partial(each.unlink, missing_ok=True))
            BulkJob.objects.filter(pk=job.pk).update(file="", file_until=None)
        some = BulkRow.objects.filter(job=job).values("pk")[:MOST_FORGOTTEN]
        return bool(BulkRow.objects.filter(pk__in=some).delete()[0])
