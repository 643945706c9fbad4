"""Putting many leads into a status, tagging them, and the way back of both."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from django.utils import timezone

from jini.lib import lead_watch
from leads.actions.editing import tag_change
from leads.bulk.steps import (
    Outcome,
    Step,
    ask,
    mark_won_dirty,
    moment,
    text,
    write_line_for_all,
    write_lines,
)
from leads.models import Activity, Status, Tag

_STATUS = """
UPDATE leads_lead l SET status_id = u.status, lost_reason_id = u.reason, won_at = u.won,
    updated_at = %(now)s, version = l.version + 1
FROM unnest(%(leads)s::uuid[], %(statuses)s::uuid[], %(reasons)s::uuid[], %(won)s::timestamptz[])
    AS u (id, status, reason, won)
WHERE l.organisation_id = %(organisation)s AND l.id = u.id
"""
_TAG = """
INSERT INTO leads_leadtag (id, organisation_id, lead_id, tag_id)
SELECT gen_random_uuid(), %(organisation)s, lead, %(tag)s FROM unnest(%(leads)s::uuid[]) AS u (lead)
ON CONFLICT (organisation_id, lead_id, tag_id) DO NOTHING RETURNING lead_id::text
"""
_UNTAG = """
DELETE FROM leads_leadtag
WHERE organisation_id = %(organisation)s AND tag_id = %(tag)s AND lead_id = ANY(%(leads)s::uuid[]) RETURNING lead_id::text
"""


def change_status(step: Step) -> Outcome:
    """Put the leads into the status, for the reason; entering a won one is a conversion now."""
    status, reason = Status.objects.get(pk=step.params["status"]), step.params.get("reason")
    is_won, new, now = status.kind == Status.Kind.WON, str(status.pk), timezone.now()
    moving = [row.lead for row in step.rows if (row.lead.status, row.lead.reason) != (new, reason)]
    won = {lead.id: (lead.won_at or now) if is_won else None for lead in moving}
    _put(step, {lead.id: _Move(lead.status, new, reason) for lead in moving}, won)
    same = {row.lead.id: "same" for row in step.rows if row.lead.id not in won}
    return Outcome(same, {lead: {"won_at": text(at)} for lead, at in won.items()})


def change_status_back(step: Step) -> Outcome:
    """Put the leads back that are still in the status into which the job put them, for its reason."""
    left = (step.params["status"], step.params.get("reason"))
    back = [row for row in step.rows if (row.lead.status, row.lead.reason) == left]
    won = {row.lead.id: moment(row.before["won_at"]) for row in back}
    moves = {row.lead.id: _Move(row.lead.status, row.before["status"], row.before.get("reason")) for row in back}
    _put(step, moves, won)
    return Outcome({row.lead.id: "changed" for row in step.rows if row.lead.id not in won})


class _Move(NamedTuple):
    """From one status into another, and why."""

    old: str
    new: str
    reason: str | None


def _put(step: Step, moves: Mapping[str, _Move], won: Mapping[str, Any]) -> None:
    ask(
        _STATUS,
        now=timezone.now(),
        leads=list(moves),
        statuses=[move.new for move in moves.values()],
        reasons=[move.reason for move in moves.values()],
        won=[won[lead] for lead in moves],
    )
    lines = {
        lead: {"old": move.old, "new": move.new} | ({"reason": move.reason} if move.reason else {})
        for lead, move in moves.items()
    }
    write_lines(step, Activity.Kind.STATUS, lines)
    mark_won_dirty(
        (at, row.lead.owner) for row in step.rows if row.lead.id in moves for at in (row.lead.won_at, won[row.lead.id])
    )
    lead_watch.changed_many(list(moves), lead_watch.STATUS)


def tag(step: Step) -> Outcome:
    """Put the tag on the leads that do not have it."""
    return _tag(step, _TAG, skipped="same")


def untag(step: Step) -> Outcome:
    """Take the tag off the leads that have it."""
    return _tag(step, _UNTAG, skipped="same")


def tag_again(step: Step) -> Outcome:
    """Put a tag that the job took off back on."""
    return _tag(step, _TAG, skipped="changed")


def untag_again(step: Step) -> Outcome:
    """Take a tag that the job put on off again."""
    return _tag(step, _UNTAG, skipped="changed")


def _tag(step: Step, statement: str, *, skipped: str) -> Outcome:
    word = Tag.objects.get(pk=step.params["tag"])
    ids = [row.lead.id for row in step.rows]
    changed = {lead for (lead,) in ask(statement, tag=word.pk, leads=ids)}
    is_on = statement is _TAG
    write_line_for_all(
        step,
        Activity.Kind.CHANGE,
        changed,
        tag_change(old="" if is_on else word.name, new=word.name if is_on else ""),
    )
    return Outcome({lead: skipped for lead in ids if lead not in changed})
