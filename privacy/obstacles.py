"""Why an account cannot be deleted now: what the person is told, with where they can do something about it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.context import optional_url
from accounts.models import Membership, Organisation, User
from accounts.permissions import Role
from accounts.tenancy import acting_for
from jini.lib import leaving
from jini.lib.jobs import JobState
from privacy.models import Export, LegalHold

# What a hold on everything keeps about people of the team.
_ABOUT_PEOPLE = ("", "account", "employee")
_CANCELLATION = ("privacy:cancellation", gettext_lazy("Cancel the organisation"))


@dataclass(frozen=True)
class Obstacle:
    """One reason, and the addresses of pages that help: {address: label}."""

    says: str
    ways: dict[str, str]


def obstacles(user: User) -> list[Obstacle]:
    """Return why `user` cannot be erased now, in the active language; looks into each of their organisations."""
    found = []
    if user.is_superuser:
        says = _("This account runs the installation. Another operator must take that right away first.")
        found.append(Obstacle(says, {}))
    for member in user.memberships.select_related("organisation").order_by("created_at", "pk"):
        with acting_for(member.organisation):
            found += _in_organisation(member)
    return found


def _in_organisation(member: Membership) -> Iterator[Obstacle]:
    name = {"organisation": member.organisation.name}
    # One that is cancelled already needs nobody any more.
    goes_on = member.organisation.state in {Organisation.State.ACTIVE, Organisation.State.SUSPENDED}
    is_owner = member.deactivated_at is None and member.role == Role.OWNER
    if goes_on and is_owner and not _other_owners(member):
        says = _("You are the only owner of %(organisation)s. Make somebody else owner, or cancel it, first.") % name
        yield Obstacle(says, _ways(("accounts:people", _("Choose another owner")), _CANCELLATION))
    if leaving.is_busy(member):
        yield Obstacle(_("You are on a call in %(organisation)s, or owe its outcome. Finish it first.") % name, {})
    if Export.objects.filter(created_by=member, state__in=[JobState.QUEUED, JobState.RUNNING]).exists():
        says = _("A copy that you asked for is being written in %(organisation)s. Wait for it, or stop it.") % name
        yield Obstacle(says, _ways(("privacy:own", _("My copies"))))
    if _is_held(member):
        says = _("A legal hold of %(organisation)s keeps what is about you. It tells you until when.") % name
        yield Obstacle(says, {})


def _ways(*ways: tuple[str, Any]) -> dict[str, str]:
    """Return the addresses of the pages that exist, with their labels."""
    return {address: str(label) for name, label in ways if (address := optional_url(name))}


def _other_owners(member: Membership) -> bool:
    owners = Membership.objects.active().filter(organisation=member.organisation_id, role=Role.OWNER)
    return owners.exclude(pk=member.pk).exists()


def _is_held(member: Membership) -> bool:
    holds = LegalHold.objects.in_force()
    about = holds.filter(scope=LegalHold.Scope.MEMBER, member__user=member.user_id)
    everything = holds.filter(scope=LegalHold.Scope.ORGANISATION, rule__in=_ABOUT_PEOPLE)
    return bool(about.exists() or everything.exists())
