"""What a member sees of the organisation: one rule for people, leads, calls, campaigns and figures alike (ADR 9)."""

import uuid
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, cast

from django.db.models import Q

from accounts.models import Membership
from accounts.models.membership import MembershipQuerySet
from accounts.permissions import Role
from accounts.tenancy import current_organisation
from teams.models import Team

_KEPT = "_sight"


@dataclass(frozen=True)
class Sight:
    """Whose records a member sees: those of `people`, and with `unowned` also those that belong to nobody.

    `people` and `teams` are ids; None stands for all of the organisation.
    """

    people: frozenset[uuid.UUID] | None = None
    teams: frozenset[uuid.UUID] | None = None
    unowned: bool = True

    @property
    def is_whole(self) -> bool:
        return self.people is None

    @property
    def is_own(self) -> bool:
        """Whether no other person's records are seen."""
        return self.people is not None and len(self.people) == 1

    def covers(self, member_id: uuid.UUID | None) -> bool:
        """Whether a record of this person, or of nobody, is seen."""
        if member_id is None:
            return self.unowned
        return self.people is None or member_id in self.people

    def of(self, column: str) -> Q:
        """The condition that `column`, a membership, is one of the people."""
        # In one order, so that the same people make the same statement.
        return Q() if self.people is None else Q(**{f"{column}__in": sorted(self.people)})

    def of_or_nobodys(self, column: str) -> Q:
        """The condition that `column` is one of the people, or nobody where the member sees what is nobody's."""
        return self.of(column) | Q(**{column: None}) if self.people is not None and self.unowned else self.of(column)


def sight_of(member: Membership) -> Sight:
    """Return whose records `member` sees.

    Admin and owner: everything. A telecaller: their own. A manager: everything while the organisation has no team;
    then the people of the teams they lead and of the teams below, themself, and what belongs to nobody.

    Worked out once for an object; every request and every task fetches its own.
    """
    kept = vars(member)
    if _KEPT not in kept:
        kept[_KEPT] = _worked_out(member)
    return cast("Sight", kept[_KEPT])


def _worked_out(member: Membership) -> Sight:
    if member.sees_everything:
        return Sight()
    if member.role != Role.MANAGER:
        return Sight(frozenset({member.pk}), frozenset(), unowned=False)
    rows = _rows()
    if not rows:
        return Sight()
    teams = _with_those_below((row.team for row in rows if row.member == member.pk and row.is_lead), rows)
    return Sight(_people(teams, rows) | {member.pk}, teams)


def colleagues_of(member: Membership) -> Sight:
    """Return whose work `member` may take over when it is left lying: of whom they see, and of their own teams.

    While the organisation has no team, that is everybody.
    """
    rows = _rows()
    if member.sees_everything or not rows:
        return Sight()
    own = frozenset(row.team for row in rows if row.member == member.pk)
    return Sight(_people(own, rows) | (sight_of(member).people or frozenset()) | {member.pk}, own)


def people_seen_by(member: Membership) -> MembershipQuerySet:
    """Return the people of the organisation whose records `member` sees, also former ones, by name."""
    return Membership.objects.of(current_organisation()).filter(sight_of(member).of("pk"))


def people_who_see(owner_id: uuid.UUID | None) -> MembershipQuerySet:
    """Return the people who see a record of this person, or of nobody: `sight_of` the other way round, in one question more.

    Former members see nothing any more.
    """
    seers = Q(role__in=[Role.ADMIN, Role.OWNER]) | Q(pk=owner_id)
    rows = _rows()
    if rows and owner_id is not None:
        teams = _with_those_above((row.team for row in rows if row.member == owner_id), rows)
        seers |= Q(role=Role.MANAGER, pk__in={row.member for row in rows if row.is_lead and row.team in teams})
    else:
        seers |= Q(role=Role.MANAGER)
    return Membership.objects.of(current_organisation()).active().filter(seers)


def teams_seen_by(member: Membership) -> Any:
    """Return the teams whose people `member` sees."""
    sight = sight_of(member)
    return Team.objects.all() if sight.teams is None else Team.objects.filter(pk__in=sorted(sight.teams))


def people_in(team: Team) -> frozenset[uuid.UUID]:
    """Return the ids of who is in `team` or in one below it."""
    rows = _rows()
    return _people(_with_those_below([team.pk], rows), rows)


def teams_around(member: Membership) -> frozenset[uuid.UUID]:
    """Return the ids of the teams that `member` is in, and of those above them: what is shared with one, they share."""
    rows = _rows()
    above = {row.team: row.parent for row in rows}
    found: set[uuid.UUID] = set()
    for row in rows:
        team: uuid.UUID | None = row.team if row.member == member.pk else None
        while team is not None and team not in found:
            found.add(team)
            team = above.get(team)
    return frozenset(found)


@dataclass(frozen=True)
class _Row:
    """A team with one of its people; `member` is None where it has none."""

    team: uuid.UUID
    parent: uuid.UUID | None
    member: uuid.UUID | None
    is_lead: bool | None


def _rows() -> list[_Row]:
    """All teams with their people, in one question: there are as many rows as people in the organisation."""
    columns = ("pk", "parent", "team_memberships__member", "team_memberships__is_lead")
    return [_Row(*values) for values in Team.objects.values_list(*columns)]


def _with_those_below(teams: Iterable[uuid.UUID], rows: Iterable[_Row]) -> frozenset[uuid.UUID]:
    below: dict[uuid.UUID | None, set[uuid.UUID]] = defaultdict(set)
    for row in rows:
        below[row.parent].add(row.team)
    found: set[uuid.UUID] = set()
    waiting = set(teams)
    # Who is met a second time is not followed again: two admins at once can bring teams under each other.
    while waiting:
        team = waiting.pop()
        found.add(team)
        waiting |= below[team] - found
    return frozenset(found)


def _with_those_above(teams: Iterable[uuid.UUID], rows: Iterable[_Row]) -> frozenset[uuid.UUID]:
    above = {row.team: row.parent for row in rows}
    found: set[uuid.UUID] = set()
    waiting = list(teams)
    while waiting:
        team = waiting.pop()
        if team not in found:
            found.add(team)
            if (parent := above.get(team)) is not None:
                waiting.append(parent)
    return frozenset(found)


def _people(teams: frozenset[uuid.UUID], rows: Iterable[_Row]) -> frozenset[uuid.UUID]:
    return frozenset(row.member for row in rows if row.member is not None and row.team in teams)
