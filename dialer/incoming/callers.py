"""Who calls, and who may be rung for them."""

import uuid
from collections.abc import Collection
from typing import Any

from django.db.models import Exists, OuterRef, Q

from accounts.models import Membership
from accounts.permissions import Role
from accounts.tenancy import current_organisation
from dialer.calls.ways import browsers_there
from dialer.models import Call, IncomingCall, IncomingRing
from leads.models import Lead, LeadPhone
from teams.models import Presence, TeamMembership
from teams.visibility import people_in


def lead_of(phone: str) -> Lead | None:
    """Return the lead that calls from `phone`, one of its numbers in use; the newest of several, none in the bin."""
    if not phone:
        return None
    further = LeadPhone.objects.filter(phone=phone, is_active=True).values("lead")
    found: Lead | None = Lead.objects.filter(Q(phone=phone) | Q(pk__in=further)).order_by("-created_at", "-id").first()
    return found


def next_to_ring(incoming: IncomingCall) -> Membership | None:
    """Return whom to ring: the lead's owner if they are free, else who of the team has waited longest for a call.

    Nobody is rung twice for one call. The team is that of the owner, else that of the number, else everybody.
    """
    owner_id = incoming.lead.assigned_to_id if incoming.lead is not None else None
    free = _free(incoming.provider).exclude(pk__in=incoming.rings.values("member"))
    if owner_id is not None and (owner := free.filter(pk=owner_id).first()) is not None:
        return owner
    people = near(incoming)
    if people is not None:
        free = free.filter(pk__in=people)
    return free.order_by("idle_since", "pk").first()


def near(incoming: IncomingCall) -> Collection[uuid.UUID] | None:
    """Return who stands in for the owner of the caller, or answers the number; None stands for everybody."""
    owner_id = incoming.lead.assigned_to_id if incoming.lead is not None else None
    if owner_id is not None:
        teams = TeamMembership.objects.filter(member=owner_id).values("team")
        if found := set(TeamMembership.objects.filter(team__in=teams).values_list("member", flat=True)):
            return found
    return people_in(incoming.team) if incoming.team is not None else None


def who_calls_back(incoming: IncomingCall) -> Membership:
    """Return who is to call a person back: the owner, else who of those near owes the fewest, the longest there first."""
    lead = incoming.lead
    if lead is not None and lead.assigned_to is not None and lead.assigned_to.deactivated_at is None:
        return lead.assigned_to
    active = Membership.objects.of(current_organisation()).active()
    people = near(incoming)
    pools = [active.filter(pk__in=people)] if people is not None else []
    pools += [active.filter(role=Role.TELECALLER), active]
    pool = next(found for found in (list(pool) for pool in pools) if found)
    owed = IncomingCall.objects.to_return().values_list("follow_up__assigned_to", "follow_up").distinct()
    counts: dict[Any, int] = {}
    for person, __ in owed:
        counts[person] = counts.get(person, 0) + 1
    return min(pool, key=lambda member: (counts.get(member.pk, 0), member.created_at, member.pk))


def is_busy(member: Membership) -> bool:
    """Whether `member` calls somebody, owes an outcome, or is rung."""
    return is_rung(member) or bool(Call.objects.open().filter(telecaller=member).exists())


def is_rung(member: Membership) -> bool:
    """Whether a call is ringing at `member`'s, or they talk to somebody who called."""
    return bool(IncomingRing.objects.filter(member=member, ended_at=None).exists())


def _free(provider: str) -> Any:
    """Return the members who are available and can be rung, by their phone or in their browser, with `idle_since`."""
    here = Presence.objects.filter(member=OuterRef("pk"), ended_at=None, state=Presence.State.AVAILABLE)
    busy = Call.objects.open().filter(telecaller=OuterRef("pk"))
    rung = IncomingRing.objects.filter(member=OuterRef("pk"), ended_at=None)
    members = Membership.objects.filter(organisation=current_organisation()).active()
    members = members.filter(~Q(phone="") | Exists(browsers_there(provider).filter(member=OuterRef("pk"))))
    return members.filter(Exists(here), ~Exists(busy), ~Exists(rung)).annotate(idle_since=here.values("started_at")[:1])
