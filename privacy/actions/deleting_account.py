"""Deleting one's own account: asked for, thought over, then erased in short steps, looked after and told."""

import datetime as dt
import uuid
from collections import Counter

from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from accounts import audit
from accounts.actions.forgetting import become_former, shut_account, strip_account
from accounts.actions.notifying import notify
from accounts.models import Membership, User
from accounts.permissions import Role
from accounts.tenancy import acting_for
from jini.lib import leaving
from jini.lib.retention import SCHEDULE
from privacy import ledger, sweeping
from privacy.actions.forgetting import forget_in
from privacy.holds import wait_for_holds
from privacy.models import AccountDeletion
from privacy.obstacles import Obstacle, obstacles

# The account ends when the person says so; what the schedule keeps after that is the time to think it over.
GRACE = dt.timedelta(days=SCHEDULE["account"].days)
# Digital Personal Data Protection Rules 2025, rule 8(2), binds others; we take its 48 hours.
WARNED_BEFORE = dt.timedelta(hours=48)
LATER = dt.timedelta(hours=6)
# Leads and follow-ups that are given back in one transaction.
AT_ONCE = 200
LEFT = "member.left"
State = AccountDeletion.State


class Refused(Exception):
    """The account cannot be deleted now; `obstacles` say why."""

    def __init__(self, found: list[Obstacle]) -> None:
        super().__init__("; ".join(each.says for each in found))
        self.obstacles = found


@transaction.atomic
def ask(*, by: Membership) -> AccountDeletion:
    """Have the account of `by` deleted when its time to think it over has passed. Twice is once. Raises `Refused`."""
    if found := obstacles(by.user):
        raise Refused(found)
    now = timezone.now()
    try:
        with transaction.atomic():
            made = AccountDeletion.objects.create(user=by.user, due_at=now + GRACE, next_at=now)
    except IntegrityError as error:
        if "account_deletion_open_once" not in str(error):
            raise
        return AccountDeletion.objects.open().get(user=by.user)
    audit.record("account.deletion-asked", by=by, subject=by)
    return made


@transaction.atomic
def undo(*, by: Membership) -> bool:
    """Keep the account after all; False: nothing waits any more."""
    waiting = AccountDeletion.objects.filter(user=by.user_id, state=State.WAITING)
    if not waiting.update(state=State.UNDONE, ended_at=timezone.now()):
        return False
    audit.record("account.deletion-undone", by=by, subject=by)
    return True


def take_step(deletion_id: uuid.UUID) -> dt.datetime | None:
    """Take one step in one transaction; return when to come again, None when nothing is left or somebody else is at it."""
    with transaction.atomic():
        row = AccountDeletion.objects.open().select_for_update(skip_locked=True).filter(pk=deletion_id).first()
        if row is None:
            return None
        again = _step(row)
        if again is not None:
            row.next_at = again
            row.save()
        return again


def _step(row: AccountDeletion) -> dt.datetime | None:
    now = timezone.now()
    if row.state == State.ERASED:
        return now
    if row.state == State.WAITING:
        return _wait(row)
    if not row.cursor.get("noted"):
        # On the disk before anything is deleted, and after it can no longer be undone (`privacy.ledger`).
        ledger.note(ledger.Kind.USER, row.user_id)
        row.cursor |= {"noted": True}
    elif member := _next_member(row):
        _leave(row, member)
    elif not row.cursor.get("stripped"):
        strip_account(row.user_id)
        blank_acceptances(row.user_id)
        row.cursor |= {"stripped": True}
    elif organisation := _next_to_sweep(row):
        _look(row, organisation)
    else:
        row.state = State.ERASED
    return now


def blank_acceptances(user_id: uuid.UUID) -> None:
    """Take the address and the browser out of the proofs of somebody who was erased; the database lets nothing else go."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT privacy_blank_acceptances(%s)", [user_id])


def _wait(row: AccountDeletion) -> dt.datetime:
    """Begin when its day has come, the warning was sent in time and nothing stands in the way; else say when to try again."""
    now = timezone.now()
    if row.told_at is None:
        return now + LATER
    warn_at = row.due_at - WARNED_BEFORE
    if row.warned_at is None:
        return max(warn_at, now)
    due = max(row.due_at, row.warned_at + WARNED_BEFORE)
    if due > now:
        return due
    for member in _members(row):
        with acting_for(member.organisation):
            wait_for_holds(alone=False)
    if obstacles(row.user):
        return now + LATER
    _begin(row)
    return now


def _members(row: AccountDeletion) -> list[Membership]:
    return list(row.user.memberships.select_related("organisation", "user").order_by("pk"))


def _begin(row: AccountDeletion) -> None:
    user = row.user
    members = _members(row)
    phones = sorted({phone for phone in (user.phone, *(member.phone for member in members)) if phone})
    full_name = f"{user.first_name} {user.last_name}".strip()
    row.values = {
        "emails": [user.email],
        "phones": phones,
        "names": [full_name] if " " in full_name else [],
        "language": user.language,
    }
    row.cursor = {"members": [str(member.pk) for member in members]}
    row.state = State.ERASING
    shut_account(user)


def _next_member(row: AccountDeletion) -> Membership | None:
    # Whoever was let into another organisation meanwhile leaves that one, too.
    members = _members(row)
    row.cursor["members"] = sorted({*row.cursor["members"], *(str(member.pk) for member in members)})
    return members[0] if members else None


def _leave(row: AccountDeletion, member: Membership) -> None:
    """Take `member` out of one organisation, some of their work at a time."""
    with acting_for(member.organisation):
        _shut_out(member)
        if given := leaving.hand_back(member, AT_ONCE):
            counts = Counter(row.cursor.get("given", {}))
            counts.update(given)
            row.cursor["given"] = dict(counts)
            return
        counts = Counter(row.counts)
        counts.update(forget_in(member))
        row.counts = dict(counts)
        become_former([member.pk])
        audit.record("member.erased", by=None, subject=member)
        _tell(member, row.cursor.pop("given", {}))


def _shut_out(member: Membership) -> None:
    changed = Membership.objects.filter(pk=member.pk, deactivated_at=None).update(deactivated_at=timezone.now())
    if changed:
        member.refresh_from_db(fields=["deactivated_at"])
        audit.record("member.left", by=None, subject=member)
        leaving.shut_out(member)


def _tell(member: Membership, given: dict[str, int]) -> None:
    """Tell who leads people that somebody left, and what waits for another one."""
    leading = Membership.objects.active().filter(organisation=member.organisation_id)
    notify(
        leading.filter(role__in=[Role.MANAGER, Role.ADMIN, Role.OWNER]),
        LEFT,
        url="/leads/",
        details={"member": str(member.pk), "leads": given.get("leads", 0), "follow_ups": given.get("follow_ups", 0)},
        once=f"{LEFT}:{member.pk}",
    )


def _next_to_sweep(row: AccountDeletion) -> str | None:
    swept = row.cursor.get("swept", [])
    return next((member for member in row.cursor["members"] if member not in swept), None)


def _look(row: AccountDeletion, member_id: str) -> None:
    """Look through all texts of one organisation for what tells who the person was; what is there is its own to judge."""
    row.cursor["swept"] = [*row.cursor.get("swept", []), member_id]
    member = Membership.objects.select_related("organisation").filter(pk=member_id).first()
    if member is None:
        # The organisation itself was erased meanwhile, and looked through for that.
        return
    values = row.values or {}
    wanted = sweeping.pattern({name: values.get(name, []) for name in ("emails", "phones", "names")})
    with acting_for(member.organisation):
        found: dict[str, int] = {}
        for table, names in sweeping.tables():
            found |= dict(sweeping.look(table, names, wanted))
        if found:
            row.found = row.found | {str(member.organisation_id): found}
            audit.record("member.found", by=None, subject=member, found=found)


@transaction.atomic
def hasten(user: User) -> AccountDeletion:
    """Have an account deleted at once that was thought over and announced before: after a restore (`replaying`)."""
    now = timezone.now()
    said = {"due_at": now, "next_at": now, "told_at": now - WARNED_BEFORE, "warned_at": now - WARNED_BEFORE}
    row = AccountDeletion.objects.open().select_for_update().filter(user=user).first()
    if row is None:
        return AccountDeletion.objects.create(user=user, **said)
    AccountDeletion.objects.filter(pk=row.pk, state=State.WAITING).update(**said)
    return row


def due() -> list[uuid.UUID]:
    """Return the deletions for which something is to be done now."""
    rows = AccountDeletion.objects.open().filter(next_at__lte=timezone.now())
    return list(rows.order_by("next_at", "pk").values_list("pk", flat=True))
