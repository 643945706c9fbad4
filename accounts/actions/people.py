"""Who belongs to an organisation, and with which role."""

from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.models import Membership
from accounts.permissions import Role
from jini.lib import leaving

_ORDER = list(Role)


class AboveOwnRole(Exception):
    """Nobody gives or takes a role above their own, nor touches who has one."""


class LastOwner(Exception):
    """An organisation keeps at least one active owner."""


class LeftForGood(Exception):
    """Behind the number of a former member is nobody who could have a role."""


def roles_below(member: Membership) -> list[Role]:
    """Return the roles that `member` may give: their own and those below it."""
    return _ORDER[: _ORDER.index(Role(member.role)) + 1]


@transaction.atomic
def change_role(member: Membership, *, to: Role, by: Membership) -> None:
    """Give `member` another role; raise `AboveOwnRole`, `LastOwner` or `LeftForGood`."""
    member = _locked(member, by=by)
    if member.former_number:
        raise LeftForGood
    if to not in roles_below(by):
        raise AboveOwnRole
    if member.role == to:
        return
    if member.role == Role.OWNER:
        _keep_an_owner(member)
    old, member.role = member.role, to
    member.save(update_fields=["role"])
    audit.record("member.role-changed", by=by, subject=member, old=old, new=to)


@transaction.atomic
def deactivate(member: Membership, *, by: Membership) -> None:
    """Shut `member` out at once: the next request of theirs finds no membership. Raise `AboveOwnRole` or `LastOwner`."""
    member = _locked(member, by=by)
    if member.deactivated_at is not None:
        return
    if member.role == Role.OWNER:
        _keep_an_owner(member)
    member.deactivated_at = timezone.now()
    member.save(update_fields=["deactivated_at"])
    audit.record("member.deactivated", by=by, subject=member)
    leaving.shut_out(member)


@transaction.atomic
def reactivate(member: Membership, *, by: Membership) -> None:
    """Let a deactivated `member` in again with the role they had; raise `AboveOwnRole`."""
    member = _locked(member, by=by)
    # Behind a number is nobody who could come back.
    if member.deactivated_at is None or member.former_number:
        return
    member.deactivated_at = None
    member.save(update_fields=["deactivated_at"])
    audit.record("member.reactivated", by=by, subject=member)


def _locked(member: Membership, *, by: Membership) -> Membership:
    # All owners of the organisation in one order: two who demote each other at once must not both succeed.
    members = Membership.objects.filter(organisation=member.organisation_id).order_by("pk")
    rows = {row.pk: row for row in members.filter(role=Role.OWNER).select_for_update()}
    found = rows.get(member.pk) or members.select_for_update().get(pk=member.pk)
    if Role(found.role) not in roles_below(by):
        raise AboveOwnRole
    return found


def _keep_an_owner(member: Membership) -> None:
    others = Membership.objects.active().filter(organisation=member.organisation_id, role=Role.OWNER)
    if not others.exclude(pk=member.pk).exists():
        raise LastOwner
