"""Missed calls: the call back that is owed, once for each person however often they called."""

import datetime as dt
import uuid

from django.utils import timezone

from accounts import work
from dialer.calls.contact import decide
from dialer.campaigns.queue import give
from dialer.incoming.callers import who_calls_back
from dialer.incoming.unknown import becomes_lead, lead_for
from dialer.models import IncomingCall
from leads.actions.follow_ups import cancel_follow_up, plan_follow_up
from leads.models import FollowUp, Lead

FORGET = "dialer.forget_missed"
# Who called longer ago does not wait for an answer any more.
LIVES = dt.timedelta(hours=96)


def note(incoming: IncomingCall) -> None:
    """Owe the call back of a call that nobody answered, by the lead's owner or who is near; it is due when it may be made.

    Another missed call of the same person is counted with the one that is owed already. Who is no lead becomes one where
    the settings say so; otherwise, and when the number is withheld, nobody can be called back.
    """
    if incoming.missed == IncomingCall.Missed.SWITCHED_OFF:
        return
    if incoming.lead is None and becomes_lead(incoming):
        incoming.lead = lead_for(incoming, by=None)
        incoming.save(update_fields=["lead"])
    if incoming.lead is not None:
        owe(incoming)


def owe(incoming: IncomingCall) -> None:
    """Owe the call back to the lead of a missed call."""
    # One missed call after the other: the second finds what the first one planned.
    lead = Lead.everything.select_for_update(of=("self",), no_key=True).filter(pk=incoming.lead_id).first()
    if lead is None or lead.deleted_at is not None:
        return
    incoming.lead = lead
    follow_up = FollowUp.objects.open().filter(lead=lead, kind=FollowUp.Kind.MISSED).first() or _plan(incoming, lead)
    incoming.follow_up = follow_up
    incoming.save(update_fields=["follow_up"])
    work.schedule(FORGET, follow_up.pk, due_at=incoming.started_at + LIVES)


def _plan(incoming: IncomingCall, lead: Lead) -> FollowUp:
    person = who_calls_back(incoming)
    if lead.assigned_to_id != person.pk:
        give(lead, person, timezone.now())
    decision = decide(lead)
    due_at = timezone.now() if decision.is_allowed else decision.dialable_at or timezone.now()
    return plan_follow_up(lead, by=None, due_at=due_at, kind=FollowUp.Kind.MISSED, assigned_to=person)


def forget(follow_up_id: uuid.UUID) -> dt.datetime | None:
    """Cancel a call back that nobody made for 96 hours after the last missed call; return when to look again."""
    follow_up = FollowUp.objects.open().filter(pk=follow_up_id).first()
    if follow_up is None:
        return None
    last = IncomingCall.objects.filter(follow_up=follow_up).order_by("-started_at").first()
    over_at: dt.datetime = (last.started_at if last else follow_up.created_at) + LIVES
    if over_at > timezone.now():
        return over_at
    cancel_follow_up(follow_up, by=None)
    return None
