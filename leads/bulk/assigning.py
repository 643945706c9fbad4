"""Giving many leads to people: to one, in turn, by weight or by load, each up to what they can take."""

import heapq
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from accounts.models import Membership
from jini.lib import lead_watch
from leads.bulk.steps import Outcome, Row, Step, ask, mark_won_dirty, write_lines
from leads.models import Activity, Status
from teams.visibility import people_seen_by

ONE, TURN, WEIGHTED, LOAD = "one", "turn", "weighted", "load"
OPEN = (Status.Kind.OPEN, Status.Kind.ON_HOLD)

_LOADS = """
SELECT l.assigned_to_id::text, count(*) FROM leads_lead l
JOIN leads_status s ON s.organisation_id = l.organisation_id AND s.id = l.status_id
WHERE l.organisation_id = %(organisation)s AND l.assigned_to_id = ANY(%(people)s::uuid[])
  AND l.deleted_at IS NULL AND s.kind = ANY(%(kinds)s)
GROUP BY l.assigned_to_id
"""
_ASSIGN = """
UPDATE leads_lead l SET assigned_to_id = u.owner, assigned_at = u.at, updated_at = %(now)s, version = l.version + 1
FROM unnest(%(leads)s::uuid[], %(owners)s::uuid[], %(at)s::timestamptz[]) AS u (id, owner, at)
WHERE l.organisation_id = %(organisation)s AND l.id = u.id
"""
_FOLLOW_UPS = """
UPDATE leads_followup f SET assigned_to_id = u.new, assigned_at = clock_timestamp()
FROM unnest(%(of)s::uuid[], %(old)s::uuid[], %(new)s::uuid[]) AS u (lead, old, new)
WHERE f.organisation_id = %(organisation)s AND f.lead_id = u.lead AND f.assigned_to_id = u.old
  AND f.done_at IS NULL AND f.cancelled_at IS NULL
RETURNING f.lead_id::text, f.id::text
"""
_FOLLOW_UPS_BACK = """
UPDATE leads_followup f SET assigned_to_id = u.old, assigned_at = clock_timestamp()
FROM unnest(%(of)s::uuid[], %(old)s::uuid[], %(new)s::uuid[]) AS u (id, old, new)
WHERE f.organisation_id = %(organisation)s AND f.id = u.id AND f.assigned_to_id = u.new
  AND f.done_at IS NULL AND f.cancelled_at IS NULL
"""


@dataclass
class Share:
    """What one person gets: `given` so far by this job, of a `load` of open leads, up to `most`."""

    person: str
    weight: int
    most: int | None
    given: int
    load: int

    @property
    def is_full(self) -> bool:
        return self.most is not None and self.load >= self.most


class Turns:
    """Whose turn it is. The same leads in the same order give the same plan, however they are cut into steps."""

    def __init__(self, how: str, shares: Sequence[Share]) -> None:
        self.how, self.shares = how, shares
        self._waiting = [(*self._place(share), number) for number, share in enumerate(shares)]
        heapq.heapify(self._waiting)

    def _place(self, share: Share) -> tuple[float, int]:
        if self.how == LOAD:
            return share.load, share.given
        return (share.given + 1) / share.weight, 0

    def take(self, *, is_open: bool) -> str | None:
        """Return who is next, None when all have as many open leads as they can take."""
        while self._waiting:
            *_, number = heapq.heappop(self._waiting)
            share = self.shares[number]
            if share.is_full:
                continue
            share.given += 1
            share.load += is_open
            heapq.heappush(self._waiting, (*self._place(share), number))
            return share.person
        return None


def apply(step: Step) -> Outcome:
    """Give each lead to who is next. Who owns it already keeps it, and that was their turn."""
    turns = Turns(step.params["how"], _shares(step))
    is_to_nobody = step.params["how"] == ONE and not step.params["people"]
    open_ones = {str(pk) for pk in Status.objects.filter(kind__in=OPEN).values_list("pk", flat=True)}
    skipped: dict[str, str] = {}
    moves: dict[str, str | None] = {}
    for row in step.rows:
        lead = row.lead
        owner = None if is_to_nobody else turns.take(is_open=lead.status in open_ones)
        if owner is None and not is_to_nobody:
            skipped[lead.id] = "no_capacity"
        elif owner == lead.owner:
            skipped[lead.id] = "same"
        else:
            moves[lead.id] = owner
    for share in turns.shares:
        step.job.cursor.setdefault("given", {})[share.person] = share.given
        step.job.cursor.setdefault("loads", {})[share.person] = share.load
    return Outcome(skipped, _move(step, moves))


def _shares(step: Step) -> list[Share]:
    """The people of the job who can still be given leads, with what they have got."""
    people: list[tuple[str, int, int | None]] = [tuple(each) for each in step.params["people"]]
    asked = [person for person, *_ in people]
    seen = people_seen_by(step.by).active().filter(pk__in=asked)
    active = {str(pk) for pk in seen.values_list("pk", flat=True)}
    cursor = step.job.cursor
    if "loads" not in cursor:
        cursor["loads"] = dict(ask(_LOADS, people=asked, kinds=list(OPEN)))
    given, loads = cursor.get("given", {}), cursor["loads"]
    return [
        Share(person, weight, most, given.get(person, 0), loads.get(person, 0))
        for person, weight, most in people
        if person in active
    ]


def _move(step: Step, moves: Mapping[str, str | None]) -> dict[str, dict[str, Any]]:
    now = timezone.now()
    before = {row.lead.id: row.lead for row in step.rows}
    _write(moves, dict.fromkeys(moves, now))
    handed = [(lead, before[lead].owner, owner) for lead, owner in moves.items() if owner and before[lead].owner]
    owed: dict[str, list[str]] = {}
    for lead, pk in _hand_over(_FOLLOW_UPS, handed):
        owed.setdefault(lead, []).append(pk)
    _tell(step, {lead: (before[lead].owner, owner) for lead, owner in moves.items()})
    return {lead: {"owner": owner, "follow_ups": owed.get(lead, [])} for lead, owner in moves.items()}


def undo(step: Step) -> Outcome:
    """Give the leads back that are still with whom the job gave them to, and with them what they owe the lead."""
    skipped: dict[str, str] = {}
    back: list[Row] = []
    for row in step.rows:
        if row.lead.owner != row.after["owner"]:
            skipped[row.lead.id] = "changed"
        else:
            back.append(row)
    moves = {row.lead.id: row.before["owner"] for row in back}
    _write(moves, {row.lead.id: row.before["assigned_at"] for row in back})
    owed = [(pk, row.before["owner"], row.after["owner"]) for row in back for pk in row.after["follow_ups"]]
    _hand_over(_FOLLOW_UPS_BACK, owed)
    _tell(step, {row.lead.id: (row.lead.owner, moves[row.lead.id]) for row in back})
    return Outcome(skipped)


def _write(moves: Mapping[str, str | None], at: Mapping[str, Any]) -> None:
    moments = [at[lead] if owner else None for lead, owner in moves.items()]
    ask(_ASSIGN, now=timezone.now(), leads=list(moves), owners=list(moves.values()), at=moments)


def _hand_over(statement: str, handed: Sequence[tuple[Any, Any, Any]]) -> list[tuple[Any, ...]]:
    if not handed:
        return []
    of, old, new = (list(column) for column in zip(*handed, strict=True))
    return ask(statement, of=of, old=old, new=new)


def _tell(step: Step, moves: Mapping[str, tuple[str | None, str | None]]) -> None:
    """Write what follows from leads that changed hands, from the first of a pair to the second."""
    lines = {lead: {"old": old, "new": new} for lead, (old, new) in moves.items()}
    write_lines(step, Activity.Kind.ASSIGNED, lines)
    won = [(row.lead.won_at, owner) for row in step.rows if row.lead.won_at for owner in moves.get(row.lead.id, ())]
    mark_won_dirty(won)
    lead_watch.changed_many(list(moves), lead_watch.OWNER)


def people_of(params: Mapping[str, Any]) -> list[Membership]:
    """The people whom a job gives leads to, for the page of the job."""
    asked = [person for person, *_ in params["people"]]
    return list(Membership.objects.filter(pk__in=asked).select_related("user"))
