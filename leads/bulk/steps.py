"""A step of a bulk job: the leads it holds, and what became of them, written in a few statements for all."""

import datetime as dt
import json
import uuid
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.db import connection
from django.utils import timezone

from accounts.models import Membership
from accounts.tenancy import current_organisation
from jini.lib import figures, lead_bulk, lead_watch
from jini.lib.ids import UUID7_SQL
from leads.models import BulkJob

# A lead that somebody else is writing is not waited for: it comes again in a later step.
_HOLD = """
SELECT id::text, assigned_to_id::text, status_id::text, lost_reason_id::text, won_at, deleted_at, phone FROM leads_lead
WHERE organisation_id = %(organisation)s AND id = ANY(%(ids)s::uuid[]) ORDER BY id FOR NO KEY UPDATE SKIP LOCKED
"""
_FOLLOW_UPS = """
SELECT lead_id::text, id FROM leads_followup
WHERE organisation_id = %(organisation)s AND lead_id = ANY(%(ids)s::uuid[]) AND done_at IS NULL AND cancelled_at IS NULL
"""
_LINES = f"""
INSERT INTO leads_activity (id, organisation_id, lead_id, kind, at, actor_id, text, details)
SELECT {UUID7_SQL}, %(organisation)s, u.lead, %(kind)s, %(at)s, %(actor)s, '', u.details::jsonb
FROM unnest(%(leads)s::uuid[], %(details)s::text[]) AS u (lead, details)
"""  # noqa: S608 -- constants


class Held(NamedTuple):
    """A lead that the step holds locked. Ids are text, as arrays and JSON take them: making objects of them costs most."""

    id: str
    owner: str | None
    status: str
    reason: str | None
    won_at: dt.datetime | None
    deleted_at: dt.datetime | None
    phone: str


@dataclass(frozen=True)
class Row:
    """One row of the job with its lead. `before` is how it was when the job collected it, `after` how the job left it."""

    lead: Held
    before: Mapping[str, Any]
    after: Mapping[str, Any]


@dataclass(frozen=True)
class Outcome:
    """What became of the rows of a step: reasons of those that were skipped, and what the others are now."""

    skipped: Mapping[str, str] = field(default_factory=dict)
    after: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


@dataclass(frozen=True)
class Step:
    """Rows of `job`, in the order of their leads, for `by` to act on."""

    job: BulkJob
    by: Membership
    rows: Sequence[Row]

    @property
    def params(self) -> Mapping[str, Any]:
        params: Mapping[str, Any] = self.job.params
        return params


@dataclass(frozen=True)
class Action:
    """One thing that can be done with many leads.

    `guards`: parts of `before` that must still be so, or the lead was changed meanwhile. `watched`: which of the words of
    `jini.lib.lead_watch` the change is, so that what hangs on the leads is held too. `undo` sets back rows that are still
    as the job left them. `is_for_deleted`: the leads are in the bin when they are undone.
    """

    key: str
    label: Any
    icon: str
    permission: str
    says: Any
    form: Callable[..., Any]
    apply: Callable[[Step], Outcome]
    undo: Callable[[Step], Outcome] | None = None
    guards: tuple[str, ...] = ()
    watched: str = ""
    after_undo: str = ""
    takes_follow_ups: bool = False
    reasons: Mapping[str, Any] = field(default_factory=dict)

    @property
    def can_be_undone(self) -> bool:
        return self.undo is not None

    @classmethod
    def of(cls, verb: lead_bulk.BulkVerb) -> "Action":
        """Return the action of a verb that a higher app has registered."""

        def apply(step: Step) -> Outcome:
            skipped = verb.apply([uuid.UUID(row.lead.id) for row in step.rows], step.params, step.by)
            return Outcome({str(lead): reason for lead, reason in skipped.items()})

        return cls(verb.key, verb.label, verb.icon, verb.permission, verb.says, verb.form, apply, reasons=verb.reasons)


def hold(lead_ids: Collection[str]) -> dict[str, Held]:
    """Lock the leads that nobody else is writing, and return them."""
    return {row[0]: Held(*row) for row in ask(_HOLD, ids=list(lead_ids))}


def in_other_hands(lead_ids: Collection[str], *, follow_ups: bool) -> set[str]:
    """Lock what hangs on the leads, without waiting; return those of which somebody else holds a part just now."""
    found = lead_watch.busy(lead_ids)
    if follow_ups:
        ids = list(lead_ids)
        held = {pk for _lead, pk in ask(_FOLLOW_UPS + "ORDER BY id FOR UPDATE SKIP LOCKED", ids=ids)}
        found |= {lead for lead, pk in ask(_FOLLOW_UPS, ids=ids) if pk not in held}
    return found


def ask(statement: str, **values: Any) -> list[tuple[Any, ...]]:
    """Run `statement`, in which `organisation` is the one of the scope; return its rows, if it has any."""
    with connection.cursor() as cursor:
        cursor.execute(statement, {"organisation": current_organisation().pk, **values})
        return list(cursor.fetchall()) if cursor.description else []


def write_lines(step: Step, kind: str, details: Mapping[str, Mapping[str, Any]]) -> None:
    """Put a line on the timeline of each lead, which names the job."""
    said = [json.dumps({**each, "bulk": str(step.job.pk)}) for each in details.values()]
    ask(_LINES, kind=kind, at=timezone.now(), actor=step.by.pk, leads=list(details), details=said)


def write_line_for_all(step: Step, kind: str, lead_ids: Collection[str], details: Mapping[str, Any]) -> None:
    """Put the same line on all the timelines."""
    write_lines(step, kind, dict.fromkeys(lead_ids, details))


def mark_won_dirty(changes: Iterable[tuple[dt.datetime | None, str | None]]) -> None:
    """Say that conversions of these moments and owners count differently: once for each day and owner."""
    zone = current_organisation().zone
    days = {(moment.astimezone(zone).date(), owner): moment for moment, owner in changes if moment is not None}
    figures.mark_many_dirty([(at, uuid.UUID(owner) if owner else None) for (_day, owner), at in days.items()])


def text(value: dt.datetime | None) -> str | None:
    """The moment as `before` and `after` hold it."""
    return None if value is None else value.isoformat()


def moment(value: str | None) -> dt.datetime | None:
    """The moment that `text` wrote."""
    return dt.datetime.fromisoformat(value) if value else None
