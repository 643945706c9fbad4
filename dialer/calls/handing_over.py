"""Handing a running call over: how people stand at the provider first, then whose call it is, then who leaves.

Until the last of it the telecaller is still there, so whatever fails leaves the lead with somebody who speaks.
"""

import uuid
from dataclasses import dataclass

from django.utils import timezone

from accounts import audit, work
from accounts.models import Membership
from dialer.calls import line
from dialer.models import Call, Control, Participant, QueueEntry
from dialer.providers.port import DialOutcome, ProviderUnavailable, TelephonyProvider
from dialer.providers.port.conferences import Conferences, ControlAnswer, LegChange
from jini.lib.figures import mark_dirty
from leads.actions.editing import assign
from leads.models import Lead
from teams.actions.presence import presence_of, set_presence
from teams.models import Presence
from teams.visibility import sight_of

LEAVE = "dialer.let_telecaller_go"


@dataclass(frozen=True)
class Steps:
    """The legs of a hand-over as the provider knows them: who takes the call, who gives it, and the customer."""

    token: uuid.UUID
    taker: str
    giver: str
    customer: str

    @property
    def changes(self) -> list[LegChange]:
        """In this order: the call ends with the taker before it no longer ends with the giver."""
        return [
            LegChange(self.token, self.taker, ends_call=True),
            LegChange(self.token, self.giver, ends_call=False),
            LegChange(self.token, self.customer, is_held=False),
        ]


def carry_out(provider: TelephonyProvider, steps: Steps) -> ControlAnswer:
    """Let everybody stand as a hand-over needs it; the first thing that is not confirmed ends it."""
    conferences = provider.conferences
    if conferences is None:
        return ControlAnswer(DialOutcome.REFUSED)
    for change in steps.changes:
        answer = _settled(conferences, change)
        if answer.outcome is not DialOutcome.ACCEPTED:
            return answer
    return ControlAnswer(DialOutcome.ACCEPTED)


def undo(provider: TelephonyProvider, steps: Steps) -> None:
    """Let the call end with the giver again, and not with the taker. What cannot be asked now is over with the call."""
    if (conferences := provider.conferences) is not None:
        conferences.change(LegChange(steps.token, steps.giver, ends_call=True))
        conferences.change(LegChange(steps.token, steps.taker, ends_call=False))


def _settled(conferences: Conferences, change: LegChange) -> ControlAnswer:
    answer = conferences.change(change)
    if answer.outcome is not DialOutcome.UNCLEAR:
        return answer
    try:
        setting = conferences.setting_of(change.token, change.leg_id)
    except ProviderUnavailable:
        return answer
    return ControlAnswer(DialOutcome.ACCEPTED) if setting is not None and change.fits(setting) else answer


def take_over(call: Call, control: Control) -> None:
    """Let the locked `call` belong to whoever the leg of `control` is. Raises IntegrityError when they have another one."""
    taker = Participant.objects.select_related("member").get(call=call, number=int(control.leg.rpartition("-")[2]))
    taker.took_over_at = timezone.now()
    taker.save(update_fields=["took_over_at"])
    giver = call.telecaller
    audit.record("call.handed_over", by=control.asked_by, subject=call, participant=str(taker.pk), plan=taker.plan)
    if taker.member is not None:
        _to_colleague(call, giver, taker.member)
    else:
        _to_outside(call)
    work.schedule(LEAVE, call.pk)


def _to_colleague(call: Call, giver: Membership, taker: Membership) -> None:
    call.telecaller = taker
    call.save(update_fields=["telecaller"])
    now = presence_of(giver)
    if now is not None and now.state == Presence.State.ON_CALL:
        set_presence(giver, Presence.State.AVAILABLE)
    set_presence(taker, Presence.State.ON_CALL)
    lead: Lead = call.lead
    if not sight_of(taker).covers(lead.assigned_to_id):
        # Whoever speaks with a lead must see it, as with a lead that the queue hands out.
        assign(lead, taker, by=giver)
    QueueEntry.objects.filter(leased_to=taker, finished_at=None).exclude(lead=lead).update(
        leased_to=None, lease_until=None
    )
    QueueEntry.objects.filter(lead=lead, leased_to=giver, finished_at=None).update(leased_to=taker)
    for member in (giver, taker):
        mark_dirty(call.started_at, member.pk)


def _to_outside(call: Call) -> None:
    """The call is over for us, though the lead goes on talking: the provider's word of its end will refine the talk."""
    if call.answered_at is not None:
        call.talk_seconds = max(0, round((timezone.now() - call.answered_at).total_seconds()))
    line.end(call, Call.Status.COMPLETED)


def legs_to_leave(call: Call) -> list[str]:
    """Return the provider's ids of the legs of those who gave the call away."""
    takers = list(Participant.objects.filter(call=call, took_over_at__isnull=False).order_by("took_over_at"))
    givers = [one.leg_id for one in takers[:-1] if one.left_at is None and one.leg_id]
    first = [call.agent_leg] if takers and call.agent_leg and call.agent_status == Call.Status.IN_PROGRESS else []
    return [*first, *givers]
