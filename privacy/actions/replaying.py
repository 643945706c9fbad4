"""Erasing again what a restored backup brought back: entry by entry of the ledger, through the verbs that erased it."""

import uuid
from collections.abc import Callable
from enum import StrEnum

from django.db import transaction
from django.utils import timezone

from accounts.models import Membership, Organisation, User
from accounts.permissions import Role
from accounts.tenancy import acting_for, current_organisation
from jini.lib.erasing import subject
from privacy import ledger
from privacy.actions import deleting_account, erasing
from privacy.ledger import Entry, Kind
from privacy.models import AccountDeletion, Erasure
from privacy.tombstones import bury


class Outcome(StrEnum):
    """What became of one entry."""

    # It had come back, and is gone.
    ERASED = "erased"
    # It had come back; something (a hold, a call) keeps it for now, and workers go on by themselves.
    OWED = "owed"
    ABSENT = "absent"


Verb = Callable[[Entry], Outcome]
_verbs: dict[Kind, Verb] = {}


def on_replay(kind: Kind, verb: Verb) -> None:
    """Have `verb(entry)` erase again what an entry of this kind tells, outside of every scope. It may be called twice.

    When it returns, the erasure is over or owed as a due task, or there was nothing.
    """
    _verbs[kind] = verb


def replay(entry: Entry) -> Outcome:
    """Erase again what one entry tells; from then on this database knows it."""
    outcome = _verbs[entry.kind](entry)
    with transaction.atomic():
        ledger.know(entry.key)
    return outcome


def erase_lead_again(entry: Entry) -> Outcome:
    """Bury the marks of a person, and erase every lead of theirs that is back."""
    organisation = Organisation.objects.filter(pk=entry.organisation).first() if entry.organisation else None
    if organisation is None:
        return Outcome.ABSENT
    with acting_for(organisation):
        # Also where no lead is back: it may have come and gone after the backup.
        bury(entry.marks)
    # The one by which the entry is known comes last: until then the entry is unknown, should this be stopped.
    leads = sorted({entry.subject, *entry.ids}, key=lambda lead: (lead == entry.subject, lead))
    outcomes = {_erase_again(organisation, lead, entry.by) for lead in leads}
    return next((each for each in (Outcome.OWED, Outcome.ERASED) if each in outcomes), Outcome.ABSENT)


def erase_account_again(entry: Entry) -> Outcome:
    """Delete an account that is back: it was thought over and announced before."""
    user = User.objects.filter(pk=entry.subject, erased_at=None).first()
    if user is None:
        return Outcome.ABSENT
    row = deleting_account.hasten(user)
    while (again := deleting_account.take_step(row.pk)) is not None:
        if again > timezone.now():
            return Outcome.OWED
        if AccountDeletion.objects.filter(pk=row.pk, state=AccountDeletion.State.ERASED).exists():
            # The message that it is done is sent by a worker.
            break
    return Outcome.ERASED


def _erase_again(organisation: Organisation, lead: uuid.UUID, by: uuid.UUID | None) -> Outcome:
    with acting_for(organisation):
        if not subject().values([lead])["phones"]:
            return Outcome.ABSENT
        made = _ask_again(lead, _who(by))
    while (again := erasing.take_step(organisation, made.pk)) is not None:
        if again > timezone.now():
            return Outcome.OWED
    return Outcome.ERASED


def _ask_again(lead: uuid.UUID, by: Membership) -> Erasure:
    try:
        row = erasing.ask_for(lead, reason="", by=by)
    except erasing.AlreadyAsked:
        row = Erasure.objects.open().get(lead_id=lead)
    erasing.agree(row, by=by, at_once=True)
    return row


def _who(by: uuid.UUID | None) -> Membership:
    """Who asked, or an owner where that person joined after the backup."""
    members = Membership.objects.filter(organisation=current_organisation()).order_by("created_at", "pk")
    asked = members.filter(pk=by).first() if by else None
    return asked or members.filter(role=Role.OWNER)[0]
