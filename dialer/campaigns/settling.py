"""What becomes of a lead's waiting place: after a call, and when its status, owner or follow-ups change elsewhere."""

import datetime as dt
import uuid
from collections.abc import Collection
from typing import Any

from django.db import connection
from django.utils import timezone

from accounts.models import Membership
from accounts.tenancy import current_organisation
from dialer.models import Call, CampaignList, CampaignMember, QueueEntry, RetryRule
from jini.lib import lead_watch
from leads.models import FollowUp, Lead

Rank, Finished = QueueEntry.Rank, QueueEntry.Finished

_WAITING = """
SELECT id::text, lead_id::text FROM dialer_queueentry
WHERE organisation_id = %(organisation)s AND lead_id = ANY(%(leads)s::uuid[]) AND finished_at IS NULL
"""
_FOLLOW_STATUSES = """
UPDATE dialer_queueentry q
SET finished_at = %(now)s, finished_because = 'closed', leased_to_id = NULL, lease_until = NULL
FROM leads_lead l JOIN leads_status s ON s.organisation_id = l.organisation_id AND s.id = l.status_id
WHERE q.organisation_id = %(organisation)s AND q.lead_id = ANY(%(leads)s::uuid[]) AND q.finished_at IS NULL
  AND l.organisation_id = q.organisation_id AND l.id = q.lead_id AND s.kind IN ('won', 'lost', 'invalid')
"""
# What `_follow_owner` does with one: each waits for its owner, a promise for who made it; of nobody's leads those that
# wait in no campaign wait no more. Nothing is taken out of the hands of who is at the call.
_FOLLOW_OWNERS = """
WITH follows AS (
    SELECT q.id, l.assigned_to_id AS owner, q.campaign_id IS NULL AND l.assigned_to_id IS NULL AS ends,
        q.leased_to_id IS DISTINCT FROM l.assigned_to_id AND NOT EXISTS (
            SELECT 1 FROM dialer_call c
            WHERE c.organisation_id = q.organisation_id AND c.lead_id = q.lead_id AND c.closed_at IS NULL
        ) AS is_laid_down
    FROM dialer_queueentry q JOIN leads_lead l ON l.organisation_id = q.organisation_id AND l.id = q.lead_id
    WHERE q.organisation_id = %(organisation)s AND q.lead_id = ANY(%(leads)s::uuid[]) AND q.finished_at IS NULL
      AND NOT (q.rank IN (0, 1) AND l.assigned_to_id IS NULL)
)
UPDATE dialer_queueentry q SET
    reserved_for_id = CASE WHEN f.ends THEN q.reserved_for_id ELSE f.owner END, kept_until = NULL,
    finished_at = CASE WHEN f.ends THEN %(now)s END,
    finished_because = CASE WHEN f.ends THEN 'done' ELSE '' END,
    leased_to_id = CASE WHEN f.ends OR f.is_laid_down THEN NULL ELSE q.leased_to_id END,
    lease_until = CASE WHEN f.ends OR f.is_laid_down THEN NULL ELSE q.lease_until END
FROM follows f WHERE q.organisation_id = %(organisation)s AND q.lead_id = ANY(%(leads)s::uuid[]) AND q.id = f.id
  AND q.finished_at IS NULL
"""


def settle(call: Call) -> QueueEntry | None:
    """Give the lead of a call whose outcome is saved its next place, out of everybody's hands.

    An agreed follow-up comes before every rule; then the campaign's retry rule for the outcome, else the outcome's own,
    both within the campaign's attempts. Otherwise the lead waits no more, and the entry says why. A lead that was
    called without waiting anywhere begins to wait when there is something to wait for.
    """
    entry = waiting_of(call.lead_id) or QueueEntry(lead=call.lead, campaign=call.campaign, list=_list_of(call))
    is_new = entry._state.adding  # noqa: SLF001 -- Django's documented name
    # Who called us was not tried.
    entry.attempts += call.direction == Call.Direction.OUTGOING
    entry.leased_to, entry.lease_until = None, None
    because = _ending(call, entry)
    follow_up = None if because else _next_follow_up(call.lead_id)
    if follow_up is not None:
        _wait_for(follow_up, entry)
    elif not because:
        because = _wait_for_retry(call, entry)
    if because:
        entry.finished_at, entry.finished_because = timezone.now(), because
    if is_new and because:
        return None
    entry.save()
    return entry


def waiting_of(lead_id: uuid.UUID) -> QueueEntry | None:
    """Return the waiting place of a lead, locked until the transaction ends."""
    waiting = QueueEntry.objects.select_for_update(of=("self",)).filter(lead_id=lead_id, finished_at=None)
    entry: QueueEntry | None = waiting.first()
    return entry


def watch(lead_id: uuid.UUID, what: str) -> None:
    """Follow a change made to a lead outside of a call (see `jini.lib.lead_watch`)."""
    if what in {lead_watch.DELETED, lead_watch.RESTORED}:
        follow_bin([lead_id], what)
        return
    lead = Lead.everything.select_related("status", "assigned_to").get(pk=lead_id)
    entry = waiting_of(lead_id)
    if what == lead_watch.STATUS:
        if entry is not None and lead.status.is_closed:
            entry.finish(Finished.CLOSED)
    elif what == lead_watch.OWNER:
        _follow_owner(lead, entry)
    elif what == lead_watch.FOLLOW_UPS:
        _follow_follow_ups(lead, entry)


def follow_bin(lead_ids: Collection[uuid.UUID | str], what: str) -> None:
    """Let leads that went into the bin wait no more; who comes back out of it waits where it did."""
    mine = QueueEntry.objects.filter(lead__in=lead_ids)
    if what == lead_watch.DELETED:
        mine.filter(finished_at=None).update(**_ended(Finished.DELETED))
    else:
        mine.filter(finished_because=Finished.DELETED).update(finished_at=None, finished_because="")


def watch_many(lead_ids: Collection[uuid.UUID | str], what: str) -> None:
    """Follow a change made to many leads at once, whose waiting places `held_elsewhere` has locked."""
    if what in {lead_watch.DELETED, lead_watch.RESTORED}:
        follow_bin(lead_ids, what)
        return
    statements = {lead_watch.STATUS: _FOLLOW_STATUSES, lead_watch.OWNER: _FOLLOW_OWNERS}
    if (statement := statements.get(what)) is not None:
        _ask(statement, lead_ids)


def held_elsewhere(lead_ids: Collection[uuid.UUID | str]) -> set[str]:
    """Lock the waiting places of the leads that nobody else is writing; return the leads of the others."""
    held = {pk for pk, _lead in _ask(_WAITING + "ORDER BY id FOR UPDATE SKIP LOCKED", lead_ids)}
    return {lead for pk, lead in _ask(_WAITING, lead_ids) if pk not in held}


def _ask(statement: str, lead_ids: Collection[uuid.UUID | str]) -> list[tuple[Any, ...]]:
    leads = [str(lead) for lead in lead_ids]
    asked: dict[str, Any] = {"organisation": current_organisation().pk, "leads": leads, "now": timezone.now()}
    with connection.cursor() as cursor:
        cursor.execute(statement, asked)
        return list(cursor.fetchall()) if cursor.description else []


def _list_of(call: Call) -> CampaignList | None:
    """Return the list of the campaign in which the lead of the call waited last, else the campaign's first one."""
    if call.campaign is None:
        return None
    lists = CampaignList.objects.filter(campaign=call.campaign)
    last = QueueEntry.objects.filter(lead=call.lead, campaign=call.campaign).order_by("-id").values("list")[:1]
    found: CampaignList | None = lists.filter(pk__in=last).first() or lists.in_order().first()
    return found


def _ended(because: str) -> dict[str, Any]:
    return {"finished_at": timezone.now(), "finished_because": because, "leased_to": None, "lease_until": None}


def _ending(call: Call, entry: QueueEntry) -> str:
    """Return why the outcome of the call, or the number of calls, ends the waiting; empty when it goes on."""
    outcome = call.disposition
    assert outcome is not None  # noqa: S101 -- settle is for calls whose outcome is saved
    flags = {
        Finished.DO_NOT_CALL: outcome.is_do_not_call,
        Finished.CONVERTED: outcome.is_converted,
        Finished.NOT_INTERESTED: outcome.is_not_interested,
        Finished.UNWORKABLE: outcome.is_unworkable,
        Finished.CLOSED: outcome.next_status is not None and outcome.next_status.is_closed,
        # It went into the bin during the call.
        Finished.DELETED: call.lead.deleted_at is not None,
    }
    return next((str(because) for because, holds in flags.items() if holds), "")


def _wait_for(follow_up: FollowUp, entry: QueueEntry) -> None:
    is_missed = follow_up.kind == FollowUp.Kind.MISSED
    entry.rank = Rank.MISSED if is_missed else Rank.FOLLOW_UP
    entry.due_at, entry.reserved_for, entry.kept_until = follow_up.due_at, follow_up.assigned_to, None


def _wait_for_retry(call: Call, entry: QueueEntry) -> str:
    """Set the time of the next try, or return why there is none."""
    rule = RetryRule.objects.filter(campaign=entry.campaign, disposition=call.disposition).first()
    outcome = call.disposition
    assert outcome is not None  # noqa: S101 -- as above
    minutes = rule.delay_minutes if rule else outcome.retry_minutes
    at_most = rule.attempts if rule else outcome.retry_attempts
    if minutes is None:
        return Finished.DONE
    if entry.campaign is not None and entry.attempts >= entry.campaign.maximum_attempts:
        return Finished.ATTEMPTS_USED
    same = Call.objects.filter(lead=call.lead, disposition=outcome, campaign=call.campaign).count()
    if at_most is not None and same > at_most:
        return Finished.RETRIES_USED
    if entry.list is not None and entry.list.has_ended:
        return Finished.LIST_ENDED
    entry.rank, entry.reserved_for = Rank.RETRY, call.lead.assigned_to or _last_talker(call) or call.telecaller
    entry.due_at = (call.ended_at or timezone.now()) + dt.timedelta(minutes=minutes)
    hours = entry.campaign.keep_hours if entry.campaign is not None else None
    entry.kept_until = entry.due_at + dt.timedelta(hours=hours) if hours else None
    return ""


def _last_talker(call: Call) -> Membership | None:
    """Return who talked to the lead last, if they are active and call the campaign."""
    talks = Call.objects.filter(lead=call.lead).with_flags().filter(was_connected=True)
    last = talks.select_related("telecaller").order_by("-started_at").first()
    if last is None or last.telecaller.deactivated_at is not None:
        return None
    calls_it = CampaignMember.objects.filter(campaign=call.campaign, member=last.telecaller).exists()
    return last.telecaller if calls_it else None


def _next_follow_up(lead_id: uuid.UUID) -> FollowUp | None:
    open_ones = FollowUp.objects.open().filter(lead_id=lead_id).select_related("assigned_to")
    follow_up: FollowUp | None = open_ones.order_by("due_at", "id").first()
    return follow_up


def _follow_owner(lead: Lead, entry: QueueEntry | None) -> None:
    if entry is None or (Rank(entry.rank).is_owed and lead.assigned_to is None):
        return
    entry.reserved_for, entry.kept_until = lead.assigned_to, None
    if entry.campaign is None and lead.assigned_to is None:
        # Nobody could ever be handed it.
        entry.finish(Finished.DONE)
        return
    if entry.leased_to_id not in {None, lead.assigned_to_id} and not is_being_called(lead.pk):
        entry.leased_to, entry.lease_until = None, None
    entry.save()


def _follow_follow_ups(lead: Lead, entry: QueueEntry | None) -> None:
    follow_up = _next_follow_up(lead.pk)
    if follow_up is not None and not lead.status.is_closed:
        entry = entry or QueueEntry(lead=lead)
        _wait_for(follow_up, entry)
        if follow_up.due_at > timezone.now() and not is_being_called(lead.pk):
            # "Not now, but then": the lead need not stay in hand for that.
            entry.leased_to, entry.lease_until = None, None
        entry.save()
    elif entry is not None and Rank(entry.rank).is_owed:
        _forget_follow_up(lead, entry)


def _forget_follow_up(lead: Lead, entry: QueueEntry) -> None:
    """The follow-up is done or cancelled: back to the campaign's list, or out of the queue."""
    if entry.campaign is None and entry.leased_to is None:
        entry.finish(Finished.DONE)
        return
    if entry.list is not None and entry.list.has_ended:
        entry.finish(Finished.LIST_ENDED)
        return
    entry.rank = Rank.RETRY if entry.attempts else Rank.FRESH
    entry.due_at, entry.reserved_for, entry.kept_until = timezone.now(), lead.assigned_to, None
    entry.save()


def is_being_called(lead_id: uuid.UUID) -> bool:
    """Whether a call with the lead is open, or its outcome is owed."""
    return bool(Call.objects.open().filter(lead_id=lead_id).exists())
