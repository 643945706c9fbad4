"""The work of somebody who leaves for good: leads are nobody's again, follow-ups go to who led them."""

from django.db import transaction

from accounts.models import Membership
from accounts.permissions import Role
from leads.actions.editing import assign, locked
from leads.actions.follow_ups import AlreadyClosed, open_one, place_of, tell
from leads.actions.handing_over import GIVEN
from leads.models import FollowUp, Lead
from teams.models import TeamMembership


@transaction.atomic
def give_back(member: Membership, most: int) -> dict[str, int]:
    """Give back at most `most` leads and as many follow-ups of `member` in the open scope; return how many of each."""
    return {"follow_ups": _follow_ups(member, most), "leads": _leads(member, most)}


def taker(member: Membership) -> Membership | None:
    """Who takes what cannot be nobody's: the lead of the member's team, or an owner, or an admin; None: nobody is left."""
    others = Membership.objects.active().filter(organisation=member.organisation_id).exclude(pk=member.pk)
    team = TeamMembership.objects.filter(member=member).values("team")
    leading = TeamMembership.objects.filter(team__in=team, is_lead=True).values("member")
    found = others.filter(pk__in=leading).order_by("pk").first()
    for role in (Role.OWNER, Role.ADMIN):
        found = found or others.filter(role=role).order_by("pk").first()
    return found


def _follow_ups(member: Membership, most: int) -> int:
    to = taker(member)
    if to is None:
        return 0
    given = 0
    for row in FollowUp.objects.open().filter(assigned_to=member).order_by("lead_id", "pk")[:most]:
        try:
            with transaction.atomic():
                locked(row.lead)
                task = open_one(row)
                before = place_of(task)
                FollowUp.objects.filter(pk=task.pk).update(assigned_to=to)
                tell(task, GIVEN.partition(".")[2], by=None, before=before)
        except AlreadyClosed:
            continue
        given += 1
    return given


def _leads(member: Membership, most: int) -> int:
    mine = list(Lead.objects.filter(assigned_to=member).order_by("pk")[:most])
    for lead in mine:
        assign(lead, None, by=None)
    # In the bin nobody works on them: they lose their owner without a line.
    binned = Lead.everything.filter(assigned_to=member, deleted_at__isnull=False)
    rest = list(binned.order_by("pk").values_list("pk", flat=True)[:most])
    return len(mine) + int(Lead.everything.filter(pk__in=rest).update(assigned_to=None, assigned_at=None))
