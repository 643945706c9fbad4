"""Callers whom no lead stands for: making a lead of them."""

from django.db import transaction

from accounts.models import Membership
from dialer.incoming.callers import lead_of
from dialer.models import IncomingCall, IncomingSettings
from leads.actions.creating import create_lead
from leads.actions.editing import PhoneTaken
from leads.models import Lead
from privacy import tombstones

SOURCE = "Inbound"


def becomes_lead(incoming: IncomingCall) -> bool:
    """Whether the settings make a lead of the caller by themselves; nobody can of a number that is withheld.

    Who was erased on request stays unknown; that they would have come in again is counted.
    """
    settings = IncomingSettings.current()
    is_wanted = bool(incoming.caller) and settings.unknown_callers == IncomingSettings.Unknown.LEAD
    return is_wanted and not tombstones.refuse([incoming.caller])


@transaction.atomic
def lead_for(incoming: IncomingCall, *, by: Membership | None) -> Lead:
    """Return the lead of a caller's number, made now and owned by `by` when there is none; earlier calls are its, too.

    `incoming` itself is for the caller to save. The number must not be withheld. Raises `Erased` when it is that of
    somebody who was erased on request.
    """
    lead = lead_of(incoming.caller)
    if lead is None:
        try:
            lead = create_lead({"phone": incoming.caller, "source": SOURCE}, by=by, assigned_to=by)
        except PhoneTaken as taken:
            lead = taken.lead
    IncomingCall.objects.filter(caller=incoming.caller, lead=None).exclude(pk=incoming.pk).update(lead=lead)
    return lead
