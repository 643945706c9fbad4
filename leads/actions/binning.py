"""Deleting leads: into the bin, out of it again, and after thirty days away for good."""

import datetime as dt
import uuid
from collections.abc import Collection

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from accounts import audit
from accounts.models import Membership, Organisation
from accounts.tenancy import acting_for, current_organisation
from accounts.work import schedule
from jini.lib import lead_watch
from leads.actions.editing import PHONE_ONCE, PhoneTaken, locked, write
from leads.actions.looking import owe_look
from leads.actions.removing import remove_leads
from leads.erased import refuse_again
from leads.models import Activity, Lead

EMPTY = "leads.empty_bin"
KEPT_FOR = dt.timedelta(days=30)
MOST = 1_000


def leaves_at(lead: Lead) -> dt.datetime | None:
    """Return when a lead leaves the bin for good; None when it stays, since somebody called it."""
    return lead.deleted_at + KEPT_FOR if lead.deleted_at and not lead.attempts else None


@transaction.atomic
def delete_lead(lead: Lead, *, by: Membership) -> Lead:
    """Put the lead into the bin. It waits in no queue any more and its number is free; its calls stay. Safe to do twice."""
    row = locked(lead)
    if row.deleted_at is not None:
        return row
    put_into_bin([row.pk], by=by)
    write(row, Activity.Kind.BIN, by=by, details={"event": "deleted"})
    audit.record("lead.deleted", by=by, subject=row)
    lead_watch.changed(row.pk, lead_watch.DELETED)
    owe_emptying()
    return Lead.everything.get(pk=row.pk)


@transaction.atomic
def restore_lead(lead: Lead, *, by: Membership) -> Lead:
    """Take the lead out of the bin, as it was. Raises `PhoneTaken` when another lead has its number by now, and
    `Erased` when it is that of somebody who was erased since.

    A lead that was merged stays there: undoing the merge brings it back.
    """
    row = locked(lead)
    if row.deleted_at is None or row.merged_into_id is not None or row.erased_at is not None:
        return row
    refuse_again(row)
    try:
        with transaction.atomic():
            take_out_of_bin([row.pk])
    except IntegrityError as error:
        if PHONE_ONCE not in str(error):
            raise
        raise PhoneTaken(Lead.objects.get(phone=row.phone)) from error
    write(row, Activity.Kind.BIN, by=by, details={"event": "restored"})
    audit.record("lead.restored", by=by, subject=row)
    owe_look()
    lead_watch.changed(row.pk, lead_watch.RESTORED)
    return Lead.objects.get(pk=row.pk)


def put_into_bin(lead_ids: Collection[uuid.UUID | str], *, by: Membership) -> None:
    """Mark the leads, which the caller holds locked, as deleted now."""
    now = timezone.now()
    Lead.objects.filter(pk__in=lead_ids).update(deleted_at=now, deleted_by=by, updated_at=now, version=F("version") + 1)


def take_out_of_bin(lead_ids: Collection[uuid.UUID | str]) -> None:
    """Mark the leads as there again, but for those that were merged. The unique key refuses a number that another has."""
    Lead.everything.filter(pk__in=lead_ids, merged_into=None, erased_at=None).update(
        deleted_at=None, deleted_by=None, updated_at=timezone.now(), version=F("version") + 1
    )


def owe_emptying() -> None:
    """Owe a look into the bin for when what was deleted just now has been in it long enough."""
    schedule(EMPTY, current_organisation().pk, due_at=timezone.now() + KEPT_FOR)


def empty_some(organisation: Organisation, after: uuid.UUID | None) -> uuid.UUID | None:
    """Remove some of the leads whose time in the bin is over, in one transaction; return the last one looked at.

    Called leads stay in the bin: their calls are records of their own.
    """
    with acting_for(organisation):
        over = Lead.everything.filter(deleted_at__lte=timezone.now() - KEPT_FOR, attempts=0).order_by("pk")
        if after is not None:
            over = over.filter(pk__gt=after)
        ids = list(over.select_for_update(of=("self",), skip_locked=True).values_list("pk", flat=True)[:MOST])
        if not ids:
            return None
        gone = remove_leads(ids)
        if gone:
            audit.record("bin.emptied", by=None, count=len(gone))
        return ids[-1]


def next_emptying(organisation: Organisation) -> dt.datetime | None:
    """Return when the next lead has been in the bin for its time; None when there is none."""
    with acting_for(organisation):
        waiting = Lead.everything.filter(deleted_at__gt=timezone.now() - KEPT_FOR)
        oldest = waiting.order_by("deleted_at").values_list("deleted_at", flat=True).first()
    return oldest + KEPT_FOR if oldest else None
