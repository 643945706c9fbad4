"""Writing down a call that was made elsewhere, with its outcome."""

import datetime as dt
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts import audit
from accounts.models import Membership
from dialer.actions.calling import LeadGone, open_call_of
from dialer.actions.wrap_up import save_disposition
from dialer.device_calls.joining import NEAR, OWN_PHONE
from dialer.models import Call, Disposition
from leads.models import Lead


class OnTheLine(Exception):
    """The telecaller has a call that is live or waits for its outcome, which comes first."""


class CallKnown(Exception):
    """A call of the same telecaller to this lead, within three minutes of it, is there already. `call` is that call."""

    def __init__(self, call: Call) -> None:
        super().__init__(str(call))
        self.call = call


@dataclass(frozen=True, slots=True)
class Told:
    """What somebody tells of a call: `seconds` of talk, 0 when nobody answered."""

    phone: str
    direction: str
    started_at: dt.datetime
    seconds: int


@transaction.atomic
def log_call(
    lead: Lead, told: Told, disposition: Disposition, *, by: Membership, follow_up_at: dt.datetime | None, note: str
) -> Call:
    """Write down a call of `by` with `lead`, and let follow from its outcome what follows from that of every call.

    A row of the phone's call log joins it when it comes, and one that came before is told as `CallKnown`. Raises that,
    `OnTheLine`, `LeadGone`, and what `save_disposition` raises of the outcome and its follow-up.
    """
    if open_call_of(by) is not None:
        raise OnTheLine
    if Lead.objects.select_for_update(of=("self",), no_key=True).filter(pk=lead.pk).first() is None:
        raise LeadGone
    ended_at = told.started_at + dt.timedelta(seconds=told.seconds)
    near = Call.objects.filter(
        telecaller=by, lead=lead, started_at__gte=told.started_at - NEAR, started_at__lte=ended_at + NEAR
    )
    if (known := near.order_by("started_at").first()) is not None:
        raise CallKnown(known)
    call = Call(
        lead=lead,
        telecaller=by,
        mode=Call.Mode.OWN_PHONE,
        provider=OWN_PHONE,
        phone=told.phone,
        direction=told.direction,
        status=Call.Status.COMPLETED if told.seconds else Call.Status.NO_ANSWER,
        started_at=told.started_at,
        answered_at=told.started_at if told.seconds else None,
        ended_at=ended_at,
        talk_seconds=told.seconds or None,
    )
    try:
        with transaction.atomic():
            call.save(force_insert=True)
    except IntegrityError as error:
        # A call was started in another tab in this moment.
        raise OnTheLine from error
    audit.record("call.logged", by=by, subject=call, lead=str(lead.pk))
    saved = save_disposition(call, disposition, by=by, follow_up_at=follow_up_at, note=note)
    # The time until somebody writes a call down is no work after the call.
    saved.wrap_up_seconds = None
    saved.save(update_fields=["wrap_up_seconds"])
    return saved


def is_over(told: Told) -> bool:
    """Whether the call has ended by now, as every call has that is written down."""
    return told.started_at + dt.timedelta(seconds=told.seconds) <= timezone.now()
