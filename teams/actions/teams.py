"""Making teams: who is in them and who leads them."""

from collections.abc import Collection

from django.db import transaction

from accounts import audit
from accounts.models import Membership
from teams.models import Team, TeamMembership


@transaction.atomic
def save_team(team: Team, *, members: Collection[Membership], leads: Collection[Membership], by: Membership) -> Team:
    """Save `team` with exactly these people; `leads` lead it and belong to it too.

    A person is in one team: who comes from another leaves that one.
    """
    is_new = team._state.adding  # noqa: SLF001 -- Django's documented name
    team.save()
    wanted = {member.pk: False for member in members} | {member.pk: True for member in leads}
    # Locked in one order, so that two admins who move the same people wait for each other.
    held = {row.member_id: row for row in TeamMembership.objects.select_for_update().order_by("member")}
    gone = [row.pk for pk, row in held.items() if row.team_id == team.pk and pk not in wanted]
    TeamMembership.objects.filter(pk__in=gone).delete()
    for pk, is_lead in wanted.items():
        TeamMembership.objects.update_or_create(member_id=pk, defaults={"team": team, "is_lead": is_lead})
    people = {"members": sorted(str(pk) for pk in wanted)}
    audit.record("team.founded" if is_new else "team.changed", by=by, subject=team, **people)
    return team


@transaction.atomic
def dissolve_team(team: Team, *, by: Membership) -> None:
    """Dissolve the team; its people stay, in no team, and the teams below come under the one above."""
    audit.record("team.dissolved", by=by, subject=team)
    Team.objects.filter(parent=team).update(parent=team.parent_id)
    team.delete()
