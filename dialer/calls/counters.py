"""What the calls of a lead add up to, kept on the lead so that lists and pages need not count."""

from django.db.models import Count, Max, Min, Q

from dialer.models import Call
from leads.models import Activity, Lead

# A call that failed before it rang, or was cancelled then, did not reach the person and is no attempt.
ATTEMPT = ~Q(status__in=[Call.Status.FAILED, Call.Status.CANCELED], ringing_at=None, answered_at=None)
# The provider's word where there is one; on an own phone the outcome's.
CONNECTED = Q(answered_at__isnull=False) | Q(mode=Call.Mode.OWN_PHONE, disposition__is_customer_contact=True)


def count_calls(lead: Lead) -> None:
    """Recount the calls of `lead` from the rows, so that saving twice and undoing come out right by themselves."""
    calls = Call.objects.filter(lead=lead, direction=Call.Direction.OUTGOING)
    counted = calls.filter(ATTEMPT).aggregate(
        attempts=Count("id"),
        connected=Count("id", filter=CONNECTED),
        first_called_at=Min("started_at"),
        last_called_at=Max("started_at"),
    )
    last = calls.filter(disposition__isnull=False).order_by("-started_at").values_list("disposition_id", flat=True)
    # The version stays: it is that of what people edit, and a call must not make their open form stale.
    Lead.objects.filter(pk=lead.pk).update(**counted, last_disposition_id=last.first())


def write_line(call: Call) -> None:
    """Put the call on the lead's timeline, or bring its line up to date."""
    line = Activity.objects.filter(lead=call.lead_id, kind=Activity.Kind.CALL, details__call=str(call.pk)).first()
    line = line or Activity(lead_id=call.lead_id, kind=Activity.Kind.CALL, actor=call.telecaller, at=call.started_at)
    line.text = call.note
    line.details = {
        "call": str(call.pk),
        "disposition": str(call.disposition_id) if call.disposition_id else None,
        "status": call.status,
        "talk_seconds": call.talk_seconds,
        "ring_seconds": call.ring_seconds,
        "direction": call.direction,
    }
    line.save()
