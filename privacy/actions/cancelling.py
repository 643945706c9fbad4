"""Ending the account of an organisation: asked for, confirmed, thought over, taken back."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts import audit
from accounts.actions.notifying import notify
from accounts.actions.reminding import MAIL
from accounts.models import Membership, Organisation
from accounts.permissions import Role
from accounts.tenancy import current_organisation
from accounts.work import schedule
from jini.lib import closing
from privacy.holds import in_force, wait_for_holds
from privacy.models import Cancellation

CANCEL = "privacy.cancel"
ASKED, BEGUN, SOON, HELD, UNDONE = (
    "cancellation.asked",
    "cancellation.begun",
    "cancellation.soon",
    "cancellation.held",
    "cancellation.undone",
)
# A single owner has a day in which a slip, or a stolen password, is noticed.
COOLING = dt.timedelta(hours=24)
# Sentry and Basecamp's Fizzy wait as long.
GRACE = dt.timedelta(days=30)
NO_TIME = dt.timedelta(0)
FIRST_WARNING = dt.timedelta(days=7)
# DPDP Rules 2025, rule 8(2), gives so much notice before an erasure; it binds larger services, and we keep it.
LAST_WARNING = dt.timedelta(hours=48)
BUSY_FOR = dt.timedelta(minutes=1)
HELD_FOR = dt.timedelta(hours=6)
State = Cancellation.State


class AlreadyCancelled(Exception):
    """The account ends already."""


def owners() -> Iterable[Membership]:
    return Membership.objects.of(current_organisation()).active().filter(role=Role.OWNER)


def current() -> Cancellation | None:
    """Return the cancellation of the open scope that was not taken back."""
    found: Cancellation | None = Cancellation.objects.current().first()
    return found


@transaction.atomic
def ask_to_cancel(*, reason: str, by: Membership) -> Cancellation:
    """Ask that the account of the organisation end. Raises `AlreadyCancelled`.

    Another owner confirms it; where there is none, a day passes. Nothing stops before that.
    """
    try:
        with transaction.atomic():
            made: Cancellation = Cancellation.objects.create(asked_member=by.pk, reason=reason)
    except IntegrityError as error:
        if "cancellation_open_once" not in str(error):
            raise
        raise AlreadyCancelled from error
    audit.record("cancellation.asked", by=by, subject=made)
    schedule(CANCEL, made.pk, due_at=made.requested_at + COOLING)
    _tell(made, ASKED, at=made.requested_at + COOLING)
    return made


@transaction.atomic
def confirm(cancellation: Cancellation, *, by: Membership) -> bool:
    """Let the time to think it over begin; False: whoever asked confirms nothing, or it is too late."""
    if by.pk == cancellation.asked_member or not _begin(cancellation, by=by):
        return False
    schedule(CANCEL, cancellation.pk)
    return True


@transaction.atomic
def undo(cancellation: Cancellation, *, by: Membership) -> bool:
    """Let everything go on as before, except for what was destroyed at once; False: erasing has begun."""
    row = Cancellation.objects.select_for_update().early().filter(pk=cancellation.pk).first()
    if row is None:
        return False
    if row.state == State.GRACE:
        Organisation.objects.filter(pk=row.organisation_id).update(state=row.state_before, ends_at=None)
    now = timezone.now()
    row.state, row.ended_at, row.ends_at = State.WITHDRAWN, now, None
    row.save(update_fields=["state", "ended_at", "ends_at"])
    audit.record("cancellation.undone", by=by, subject=row)
    _tell(row, UNDONE, at=now)
    return True


def think_over(row: Cancellation) -> dt.datetime | None:
    """Do what is due of one that can be taken back, in the open transaction; return when to look again.

    None: nothing stands in the way of erasing any more.
    """
    now = timezone.now()
    if row.state == State.REQUESTED:
        alone_since = row.requested_at + COOLING
        if now < alone_since:
            return alone_since
        # Another owner has to agree, unless there is none any more.
        if len(list(owners())) > 1 or not _begin(row, by=None):
            return now + COOLING
        row.refresh_from_db()
    return _warn(row, now) or _not_yet(row, now)


def _begin(cancellation: Cancellation, *, by: Membership | None) -> bool:
    now = timezone.now()
    ends_at = now + GRACE
    organisation = Organisation.objects.select_for_update(no_key=True).get(pk=cancellation.organisation_id)
    mine = Cancellation.objects.filter(pk=cancellation.pk, state=State.REQUESTED)
    begun = {"begun_at": now, "ends_at": ends_at, "state_before": organisation.state}
    if not mine.update(state=State.GRACE, confirmed_member=by.pk if by else None, **begun):
        return False
    organisation.state, organisation.ends_at = Organisation.State.CANCELLED, ends_at
    organisation.save(update_fields=["state", "ends_at"])
    closing.stop_everything(by)
    audit.record("cancellation.begun", by=by, subject=cancellation)
    _tell(cancellation, BEGUN, at=ends_at)
    return True


def _warn(row: Cancellation, now: dt.datetime) -> dt.datetime | None:
    """Send the notice that is due; return when the next one is."""
    ends_at = _end_of(row)
    if row.warned_at is None and now >= ends_at - LAST_WARNING:
        # A notice that comes late moves the day, so that it is never shorter than it says.
        ends_at = max(ends_at, now + LAST_WARNING)
        row.warned_at, row.ends_at = now, ends_at
        row.save(update_fields=["warned_at", "ends_at"])
        Organisation.objects.filter(pk=row.organisation_id).update(ends_at=ends_at)
        _tell(row, SOON, at=ends_at, once="48h")
    if row.warned_at is not None:
        return ends_at if ends_at > now else None
    if now < ends_at - FIRST_WARNING:
        return ends_at - FIRST_WARNING
    _tell(row, SOON, at=ends_at, once="7d")
    return ends_at - LAST_WARNING


def _end_of(row: Cancellation) -> dt.datetime:
    if row.ends_at is None:
        raise ValueError("it has not begun")
    return row.ends_at


def _not_yet(row: Cancellation, now: dt.datetime) -> dt.datetime | None:
    """Return when to try again, while a hold keeps something or somebody is still on the phone."""
    wait_for_holds(alone=False)
    if in_force():
        _tell(row, HELD, at=_end_of(row), people=owners())
        return now + HELD_FOR
    return now + BUSY_FOR if closing.live() else None


def _tell(
    row: Cancellation, kind: str, *, at: dt.datetime, once: str = "", people: Iterable[Membership] | None = None
) -> None:
    """Tell all members under the bell and by e-mail, whatever they chose for reminders: it is about everybody's data."""
    everybody = Membership.objects.active().filter(organisation=row.organisation_id)
    details: dict[str, Any] = {"at": at.isoformat()}
    occasion = f"{kind}:{row.pk}:{once}"
    for notice in notify(everybody if people is None else people, kind, url=reverse("privacy:ending"), details=details, once=occasion):  # fmt: skip
        schedule(MAIL, notice.pk)
