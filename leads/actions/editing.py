"""What people do to a lead: each writes its line into the timeline."""

from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts import audit
from accounts.models import Membership
from jini.lib.figures import mark_dirty
from leads.models import Activity, Lead, Status


class PhoneTaken(Exception):
    """The organisation has a lead with this number already: `lead`."""

    def __init__(self, lead: Lead) -> None:
        super().__init__("phone taken")
        self.lead = lead


@transaction.atomic
def create_lead(fields: dict[str, Any], *, by: Membership) -> Lead:
    """Write a new lead typed in by `by`; a telecaller's own lead is theirs.

    Raises `PhoneTaken` when the number is known, also when two people type it at the same moment.
    """
    now = timezone.now()
    lead = Lead(**fields, status=Status.objects.get(is_initial=True), created_at=now, created_by=by)
    if not by.sees_everything:
        lead.assigned_to, lead.assigned_at = by, now
    try:
        with transaction.atomic():
            lead.save(force_insert=True)
    except IntegrityError as error:
        taken = Lead.objects.filter(phone=lead.phone).first()
        if taken is None:
            raise
        raise PhoneTaken(taken) from error
    Activity.objects.create(lead=lead, kind=Activity.Kind.CREATED, at=now, actor=by)
    audit.record("lead.created", by=by, subject=lead)
    return lead


@transaction.atomic
def add_note(lead: Lead, text: str, *, by: Membership) -> Activity:
    """Put a note on the timeline of `lead`."""
    note = Activity.objects.create(lead=lead, kind=Activity.Kind.NOTE, at=timezone.now(), actor=by, text=text)
    audit.record("lead.noted", by=by, subject=lead)
    return note


@transaction.atomic
def change_status(lead: Lead, status: Status, *, by: Membership) -> bool:
    """Move `lead` to `status`; return False, and write nothing, when it stands there already."""
    now = timezone.now()
    won_at = now if status.kind == Status.Kind.WON else None
    old = Lead.objects.select_for_update(of=("self",)).select_related("status").get(pk=lead.pk).status
    if old == status:
        return False
    Lead.objects.filter(pk=lead.pk).update(status=status, won_at=won_at, updated_at=now)
    if (won_at or lead.won_at) and lead.assigned_to_id is not None:
        # A conversion counts on the day it came, for the owner: both the old and the new day change.
        for moment in filter(None, (won_at, lead.won_at)):
            mark_dirty(moment, lead.assigned_to_id)
    Activity.objects.create(
        lead=lead, kind=Activity.Kind.STATUS, at=now, actor=by, details={"old": old.label, "new": status.label}
    )
    audit.record("lead.status_changed", by=by, subject=lead, status=str(status.pk))
    return True
