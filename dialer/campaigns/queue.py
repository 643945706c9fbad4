"""Handing out leads: each telecaller's next one, so that no lead is ever in two hands."""

import datetime as dt
import json
import uuid
from dataclasses import dataclass
from typing import Any, cast

from django.db import connection
from django.utils import timezone

from accounts.models import Membership
from accounts.tenancy import current_organisation
from dialer.calls.contact import Facts, decide, decide_by, since_and_soon
from dialer.campaigns.lists import count_handed, start_next
from dialer.models import DialerSettings, QueueEntry
from jini.lib.ids import uuid7
from jini.lib.rows import model_of, parsed
from leads.models import Lead, Status
from privacy.contact_reasons import GateName, Reason
from privacy.contact_rules import Decision
from privacy.models import ContactPolicy

# Leads that may not be called now are passed over; after so many the telecaller is told that there is nothing.
MOST_TRIES = 25
# How long the place where the last free lead was found is trusted to be the head of a list.
HEAD_TRUSTED = dt.timedelta(seconds=1)
# A lease that ended is noticed this much later, or as soon as nothing else is left to call.
RELEASE_EVERY = dt.timedelta(seconds=5)
# Gates that would refuse every other lead as well: there is no point in walking through the list.
OF_ALL_LEADS = frozenset({GateName.ORGANISATION, GateName.HOURS, GateName.TELECALLER_LINE, GateName.SPEND})
# A DND result that is missing is brought in by somebody, who is not asked for it at once.
TO_CHECK = frozenset({Reason.DND_NOT_CHECKED, Reason.DND_STALE})
LOOK_AGAIN = dt.timedelta(hours=1)

_CLAIM = "SELECT dialer_claim_next(%s, %s, %s, %s, %s, %s, %s, %s, %s)::text"
_GIVE = "SELECT dialer_give_lead(%s, %s, %s, %s, %s, %s)"
# The same probes in the same order, taking nothing. A page can afford to ask all of them and sort. Where a column is
# null it stands in the order all the same: else PostgreSQL does not see that the index has that order already.
_PEEK = """
WITH probes AS MATERIALIZED (
    SELECT CASE WHEN r.rank = 4 AND l.is_fresh_turn THEN 5 ELSE 2 * r.rank END AS turn, r.rank, l.*
    FROM dialer_open_lists(%(organisation)s, %(member)s, %(clock)s, %(today)s) AS l
    CROSS JOIN generate_series(1, 4) AS r (rank)
)
SELECT found.id FROM (
    SELECT -1 AS turn, 10 AS priority, NULL::uuid AS campaign, 0 AS kind, 0::double precision AS place,
        NULL::uuid AS list, q.id
    FROM dialer_queueentry q
    WHERE q.organisation_id = %(organisation)s AND q.leased_to_id = %(member)s AND q.finished_at IS NULL
    UNION ALL
    (SELECT 0, 10, NULL, 0, 0, NULL, q.id FROM dialer_queueentry q
     WHERE q.organisation_id = %(organisation)s AND q.reserved_for_id = %(member)s AND q.rank = 0
       AND q.due_at <= %(now)s AND q.finished_at IS NULL AND q.leased_to_id IS NULL
     ORDER BY q.due_at, q.id LIMIT 1)
    UNION ALL
    (SELECT 2, 10, NULL, 0, 0, NULL, q.id FROM dialer_queueentry q
     WHERE q.organisation_id = %(organisation)s AND q.reserved_for_id = %(member)s AND q.rank = 1
       AND q.kept_until IS NULL AND q.due_at <= %(now)s AND q.finished_at IS NULL AND q.leased_to_id IS NULL
     ORDER BY q.due_at, q.id LIMIT 1)
    UNION ALL
    SELECT 2 * r.rank, 10, NULL, 1, 0, NULL, e.id FROM generate_series(1, 4) AS r (rank) CROSS JOIN LATERAL (
        SELECT q.id FROM dialer_queueentry q
        WHERE q.organisation_id = %(organisation)s AND q.list_id IS NULL AND q.reserved_for_id = %(member)s
          AND q.rank = r.rank AND q.due_at <= %(now)s AND q.finished_at IS NULL AND q.leased_to_id IS NULL
        ORDER BY q.due_at, q.id LIMIT 1
    ) e
    UNION ALL
    SELECT p.turn, p.priority, p.campaign, 2, p.place, p.list, e.id FROM probes p CROSS JOIN LATERAL (
        SELECT q.id FROM dialer_queueentry q
        WHERE q.organisation_id = %(organisation)s AND q.list_id = p.list AND q.reserved_for_id = %(member)s
          AND q.rank = p.rank AND q.due_at <= %(now)s AND q.finished_at IS NULL AND q.leased_to_id IS NULL
        ORDER BY q.due_at, q.id LIMIT 1
    ) e
    UNION ALL
    SELECT p.turn, p.priority, p.campaign, 3, p.place, p.list, e.id FROM probes p CROSS JOIN LATERAL (
        SELECT q.id FROM dialer_queueentry q
        WHERE q.organisation_id = %(organisation)s AND q.list_id = p.list AND q.reserved_for_id IS NULL
          AND q.rank = p.rank AND q.due_at <= %(now)s AND q.finished_at IS NULL AND q.leased_to_id IS NULL
        ORDER BY q.reserved_for_id, q.due_at, q.id LIMIT 1
    ) e WHERE p.is_mine
) found
ORDER BY found.turn, found.priority DESC, found.campaign, found.kind, found.place, found.list LIMIT 1
"""


@dataclass
class _Head:
    """Where a list's first free lead was last found: (due_at, id), and when the list was last read from its start.

    A hint that saves walking over what others have taken, which counts while an old snapshot keeps the taken ones from
    being cleaned away. It lives in this process only. A lead that comes back before it is seen a second later.
    """

    place: tuple[dt.datetime, uuid.UUID]
    read_at: dt.datetime


_heads: dict[tuple[uuid.UUID | None, int], _Head] = {}
# When this process last gave back the leases that ended, by organisation.
_released: dict[uuid.UUID, dt.datetime] = {}


@dataclass(frozen=True)
class Taken:
    """An entry that the database put into the member's hands, and what is decided on.

    `is_held`: it was there already, and there is nothing to decide. `is_reserved`: it was kept for the member.
    `is_drawn`: what the member is handed next goes by how much they were handed (see `CampaignMember`).
    """

    entry: QueueEntry
    is_held: bool
    is_reserved: bool
    is_drawn: bool
    is_closed: bool
    owner_is_active: bool
    facts: Facts
    policy: ContactPolicy


def claim_next(member: Membership) -> QueueEntry | None:
    """Put the next lead into the hands of `member`: the one they hold, or the first free one that may be called.

    Order: own follow-ups that are due, missed calls, hot new leads, retries that are due, first calls by the priority
    of the campaign; of each first what is kept for `member`, then what is anyone's, from the lists of a campaign by
    their shares. Where a campaign says so, a first call comes before the retries now and then. A lead that nobody owns
    is assigned to `member`. Leads that may not be called are put off to when they may, or finished; None when nothing
    is left.
    """
    now = timezone.now()
    for _try in range(MOST_TRIES):
        taken = _take_first(member, now)
        if taken is None:
            return None
        if taken.is_held:
            return taken.entry
        if _belongs_elsewhere(taken, member, now):
            continue
        decision = decide_by(taken.entry.lead, taken.facts, taken.policy, now)
        if decision.is_allowed:
            give(taken.entry.lead, member, now)
            if taken.is_drawn:
                count_handed(taken.entry, member)
            return taken.entry
        if not _pass_over(taken.entry, decision):
            return None
    return None


def peek(member: Membership) -> QueueEntry | None:
    """Return what `claim_next` would try first, and take nothing."""
    now = timezone.now()
    asked: dict[str, Any] = {"organisation": member.organisation_id, "member": member.pk, "now": now}
    with connection.cursor() as cursor:
        cursor.execute(_PEEK, asked | dict(zip(("clock", "today"), _clock_and_day(now), strict=True)))
        row = cursor.fetchone()
    return _load(row[0]) if row else None


def standstill(entry: QueueEntry) -> Decision | None:
    """Return the decision on what `peek` found if neither it nor any other lead may be called now, else None."""
    if entry.leased_to_id is not None:
        # Handed out while it could be called: it stays open to whoever holds it.
        return None
    decision = decide(entry.lead)
    refusal = decision.refusal
    return decision if refusal is not None and refusal.gate in OF_ALL_LEADS else None


def next_due_at(member: Membership) -> dt.datetime | None:
    """Return when the next lead that is kept for `member` comes due, None when none is waiting."""
    waiting = QueueEntry.objects.filter(reserved_for=member, finished_at=None, leased_to=None)
    return waiting.filter(due_at__gt=timezone.now()).order_by("due_at").values_list("due_at", flat=True).first()


def in_hand(member: Membership) -> QueueEntry | None:
    """Return the entry that `member` holds."""
    held = QueueEntry.objects.filter(leased_to=member, finished_at=None)
    return held.select_related("campaign").first()


def take(lead: Lead, member: Membership) -> None:
    """Put the waiting entry of a lead that `member` calls by themselves into their hands, and lay down what they held.

    Nothing happens when the lead does not wait, or is in somebody else's hands.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s::text, 0))", [str(member.pk)])
    lay_down(member, but=lead)
    QueueEntry.objects.filter(lead=lead, finished_at=None, leased_to=None).update(
        leased_to=member, lease_until=timezone.now() + _lease()
    )


def lay_down(member: Membership, *, but: Lead | None = None) -> None:
    """Return what `member` holds to the queue, except the entry of the lead `but`."""
    held = QueueEntry.objects.filter(leased_to=member, finished_at=None)
    if but is not None:
        held = held.exclude(lead=but)
    held.update(leased_to=None, lease_until=None)


def _take_first(member: Membership, now: dt.datetime) -> Taken | None:
    heads, releases = _trusted_heads(now), _is_time_to_release(member.organisation_id, now)
    taken = _ask(member, now, heads, releases=releases)
    if taken is None and (heads or not releases):
        # Past the heads there is nothing; before them somebody may have laid a lead down, or left it.
        _heads.clear()
        taken = _ask(member, now, {}, releases=True)
    if taken is None and start_next(of=member):
        taken = _ask(member, now, {}, releases=False)
    if taken is not None and not (taken.is_held or taken.is_reserved):
        _remember(taken.entry, now)
    return taken


def _ask(member: Membership, now: dt.datetime, heads: dict[str, Any], *, releases: bool) -> Taken | None:
    asked: list[Any] = [member.organisation_id, member.pk, now, *_clock_and_day(now), json.dumps(heads), releases]
    asked += since_and_soon(now)
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, asked)
        answer = cast("tuple[str | None]", cursor.fetchone())[0]
    if answer is None:
        return None
    said = parsed(answer)
    entry = model_of(QueueEntry, said["entry"])
    entry.lead = model_of(Lead, said["lead"])
    return Taken(
        entry,
        said["is_held"],
        said["is_reserved"],
        said["is_drawn"],
        is_closed=said["status_kind"] in Status.CLOSED,
        owner_is_active=bool(said["owner_is_active"]),
        facts=Facts.of(said["facts"]),
        policy=model_of(ContactPolicy, said["policy"]),
    )


def _is_time_to_release(organisation_id: uuid.UUID, now: dt.datetime) -> bool:
    """Whether leases that ended are to be looked for: now and then, not with every lead that is handed out."""
    last = _released.get(organisation_id)
    if last is not None and abs(now - last) < RELEASE_EVERY:
        return False
    _released[organisation_id] = now
    return True


def _trusted_heads(now: dt.datetime) -> dict[str, list[str]]:
    """Return {"list:rank": [due_at, id]} of the heads that were read from the start within the last second."""
    trusted = {}
    for (of_list, rank), head in list(_heads.items()):
        if abs(now - head.read_at) < HEAD_TRUSTED:
            trusted[f"{of_list}:{rank}"] = [head.place[0].isoformat(), str(head.place[1])]
        else:
            # Only who finds it out of date reads from the start; the others go on from here meanwhile.
            head.read_at = now
    return trusted


def _remember(entry: QueueEntry, now: dt.datetime) -> None:
    key, place = (entry.list_id, entry.rank), (entry.due_at, entry.pk)
    head = _heads.get(key)
    if head is None:
        _heads[key] = _Head(place, now)
    else:
        head.place = place


def _load(entry_id: uuid.UUID) -> QueueEntry:
    entry: QueueEntry = QueueEntry.objects.filter(finished_at=None).select_related("campaign").get(pk=entry_id)
    # Apart from the entry: of a table that was just filled PostgreSQL knows nothing, and joins every lead to every entry.
    entry.lead = Lead.everything.select_related("status", "assigned_to").get(pk=entry.lead_id)
    return entry


def _belongs_elsewhere(taken: Taken, member: Membership, now: dt.datetime) -> bool:
    """Set an entry straight whose lead was closed or given to a colleague since it was put into the queue."""
    entry, lead = taken.entry, taken.entry.lead
    if taken.is_closed:
        entry.finish(QueueEntry.Finished.CLOSED)
        return True
    is_others = taken.owner_is_active and lead.assigned_to_id != member.pk and not entry.is_anyones(now)
    if is_others and lead.assigned_to is not None:
        entry.keep_for(lead.assigned_to)
        return True
    return False


def _pass_over(entry: QueueEntry, decision: Decision) -> bool:
    """Lay a lead down that may not be called; return whether it is worth trying the next one."""
    refusal = decision.refusal
    if refusal is not None and refusal.gate in OF_ALL_LEADS:
        entry.put_off(entry.due_at)
        return False
    if decision.dialable_at is not None:
        entry.put_off(decision.dialable_at)
    elif refusal is not None and refusal.gate is GateName.DO_NOT_CALL:
        entry.finish(QueueEntry.Finished.DO_NOT_CALL)
    elif refusal is not None and refusal.gate is GateName.LIFETIME:
        entry.finish(QueueEntry.Finished.ATTEMPTS_USED)
    elif refusal is not None and refusal.gate is GateName.LEAD_LINE:
        entry.put_off(decision.at + dt.timedelta(minutes=5))
    elif refusal is not None and refusal.reason in TO_CHECK:
        entry.put_off(decision.at + LOOK_AGAIN)
    else:
        entry.finish(QueueEntry.Finished.REFUSED)
    return True


def give(lead: Lead, member: Membership, now: dt.datetime) -> None:
    """Assign a lead that nobody active owns to `member`, who could not see it otherwise."""
    if lead.assigned_to_id == member.pk:
        return
    before = lead.assigned_to
    lead.assigned_to, lead.assigned_at = member, now
    details = json.dumps({"old": str(before.pk) if before else None, "new": str(member.pk)})
    with connection.cursor() as cursor:
        cursor.execute(_GIVE, [member.organisation_id, lead.pk, member.pk, now, uuid7(), details])


def _lease() -> dt.timedelta:
    minutes = DialerSettings.objects.values_list("lease_minutes", flat=True).first()
    return dt.timedelta(minutes=minutes or 15)


def _clock_and_day(now: dt.datetime) -> tuple[str, dt.date]:
    """The time of day at the organisation, as PostgreSQL reads it, and the day there."""
    local = now.astimezone(current_organisation().zone)
    return local.time().isoformat(), local.date()
