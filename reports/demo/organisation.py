"""Founds a demonstration organisation with its people, teams, targets and campaigns."""

import datetime as dt
import random
from dataclasses import dataclass, field

from allauth.account.models import EmailAddress

from accounts.actions.organisations import found_organisation
from accounts.models import Membership, Organisation, User
from accounts.permissions import Role
from accounts.tenancy import acting_for
from dialer.actions.scripts import save_script, set_scripts
from dialer.models import Campaign, CampaignList, CampaignMember, Disposition, Script
from leads.models import CustomField, SavedView, Status, StatusReason, Tag
from reports.demo.plan import Person, Plan
from teams.models import Target, Team, TeamMembership


@dataclass
class Cast:
    """What of the database the rows of a demonstration refer to, by name. Members by e-mail."""

    organisation: Organisation
    plan: Plan
    chance: random.Random
    members: dict[str, Membership]
    statuses: dict[str, Status]
    dispositions: dict[str, Disposition]
    campaigns: dict[str, Campaign] = field(default_factory=dict)
    # By the name of the campaign and the source of their leads.
    lists: dict[tuple[str, str], CampaignList] = field(default_factory=dict)
    tags: list[Tag] = field(default_factory=list)
    reasons: list[StatusReason] = field(default_factory=list)

    def member(self, person: Person) -> Membership:
        return self.members[email_of(person, self.plan)]

    def first(self, role: Role) -> Membership:
        return next(member for member in self.members.values() if member.role == role)


def email_of(person: Person, plan: Plan) -> str:
    return f"{person.first_name}.{person.last_name}@{plan.domain}".lower()


def found(plan: Plan, chance: random.Random, began_at: dt.datetime) -> Cast:
    """Create the organisation of `plan` as if it had been founded at `began_at`, and return its cast."""
    users = [_user(person, plan) for person in plan.people]
    own = found_organisation(owner=users[0], name=plan.name, is_demo=True, **plan.fields)
    organisation = own.organisation
    Organisation.objects.filter(pk=organisation.pk).update(created_at=began_at)
    members = {users[0].email: own}
    for number, (person, user) in enumerate(zip(plan.people[1:], users[1:], strict=True), start=plan.staff_number):
        members[user.email] = Membership.objects.create(
            organisation=organisation, user=user, role=person.role, phone=f"+9190000{number:05d}"
        )
    with acting_for(organisation):
        cast = Cast(
            organisation=organisation,
            plan=plan,
            chance=chance,
            members=members,
            statuses={status.name: status for status in Status.objects.all()},
            dispositions={disposition.name: disposition for disposition in Disposition.objects.all()},
        )
        _found_teams(cast)
        _found_campaigns(cast, began_at)
        _ask_and_view(cast)
        cast.tags = Tag.objects.bulk_create(Tag(name=name) for name in plan.tags)
        for metric, value in plan.targets.items():
            Target.objects.filter(metric=metric, member=None).update(value=value)
    return cast


def _user(person: Person, plan: Plan) -> User:
    """Nobody knows a password of an invented person: they sign in with a printed link."""
    user = User.objects.create_user(
        email_of(person, plan), first_name=person.first_name, last_name=person.last_name, language=person.language
    )
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def _found_teams(cast: Cast) -> None:
    teams = {
        name: Team.objects.create(name=name)
        for name in dict.fromkeys(person.team for person in cast.plan.people)
        if name
    }
    for name, above in cast.plan.teams_under.items():
        teams[name].parent = teams[above]
        teams[name].save(update_fields=["parent"])
    for person in cast.plan.people:
        if not person.team:
            continue
        TeamMembership.objects.create(team=teams[person.team], member=cast.member(person), is_lead=person.leads_team)


def _ask_and_view(cast: Cast) -> None:
    """Ask the organisation's own question of leads, and give everybody a view of the list."""
    (name, name_hi), manager = cast.plan.question, cast.first(Role.MANAGER)
    choices = [
        {"key": str(key), "name": english, "name_hi": hindi, "is_active": True}
        for key, (english, hindi) in enumerate(cast.plan.answers, start=1)
    ]
    CustomField.objects.create(number=1, name=name, name_hi=name_hi, kind=CustomField.Kind.CHOICE, choices=choices)
    SavedView.objects.create(
        name="Not called, by worth",
        query="untouched=1&sort=-value&columns=phone,city,f1,value,source,created",
        owner=manager,
        sharing=SavedView.Sharing.ORGANISATION,
    )
    cast.reasons = list(StatusReason.objects.in_order())


def _found_campaigns(cast: Cast, began_at: dt.datetime) -> None:
    for plan in cast.plan.campaigns:
        campaign = Campaign.objects.create(
            name=plan.name,
            state=plan.state,
            priority=plan.priority,
            maximum_attempts=plan.maximum_attempts,
            # Whoever looks at the demonstration, wherever it is day there, finds somebody to call.
            opens_at=dt.time.min,
            closes_at=dt.time.max,
            created_by=cast.first(Role.MANAGER),
        )
        Campaign.objects.filter(pk=campaign.pk).update(created_at=began_at)
        by = cast.first(Role.MANAGER)
        scripts = {
            language: save_script(Script(name=plan.name, language=language), content, by=by)
            for language, content in plan.scripts
        }
        set_scripts(campaign, scripts, by=by)
        CampaignMember.objects.bulk_create(
            CampaignMember(campaign=campaign, member=cast.member(person))
            for person in cast.plan.people
            if person.team in plan.teams and person.role == Role.TELECALLER
        )
        cast.campaigns[plan.name] = campaign
        for source in plan.sources or ("List 1",):
            cast.lists[plan.name, source] = CampaignList.objects.create(
                campaign=campaign, name=source, filled_at=began_at
            )
