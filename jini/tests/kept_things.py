"""A deletion, a legal hold, a request to erase and what says whom not to reach, for the walk of every page."""

import datetime as dt

from django.utils import timezone

from accounts.models import Membership, Organisation
from accounts.tenancy import acting_for
from jini.lib.ids import uuid7
from leads.models import Lead
from leads.tests.factories import make_lead
from privacy import certificates
from privacy.models import Cancellation, DndFile, DoNotCall, Erasure, LegalHold, RetentionRun


def make_run() -> RetentionRun:
    facts = {"day": timezone.localdate(), "cutoff": timezone.now(), "total": 0, "due": 0}
    made: RetentionRun = RetentionRun.objects.create(rule="notices", **facts)
    return made


def make_hold(lead: Lead, *, by: Membership) -> LegalHold:
    made: LegalHold = LegalHold.objects.create(scope="lead", lead_id=lead.pk, reason="Case 12", placed_by=by)
    return made


def make_erasure(*, by: Membership) -> Erasure:
    made: Erasure = Erasure.objects.create(lead_id=make_lead(phone="+919000099907").pk, asked_by=by)
    return made


def make_dnd_file(*, by: Membership) -> DndFile:
    refused = [[3, ["12", "DND"], "phone", "This is no phone number."]]
    made: DndFile = DndFile.objects.create(
        file_name="scrub.csv", header=["Phone", "Status"], taken=1, refused=refused, created_by=by
    )
    return made


def end_account(organisation: Organisation, year: int) -> None:
    """Have the account of the organisation end, or have ended, with the first day of `year`."""
    ends_at = dt.datetime(year, 1, 1, tzinfo=dt.UTC)
    Organisation.objects.filter(pk=organisation.pk).update(state=Organisation.State.CANCELLED, ends_at=ends_at)


def make_certificate() -> str:
    """Of another organisation, which is erased: what stands in the address of its certificate."""
    gone, now = Organisation.objects.create(name="", state=Organisation.State.CLOSED), timezone.now()
    with acting_for(gone):
        ended = {"begun_at": now, "ends_at": now, "warned_at": now, "ended_at": now}
        row = Cancellation(asked_member=uuid7(), state=Cancellation.State.VAULT, **ended)
        row.counts = {"erased": {"leads.Lead": 3}}
        row.certificate = certificates.write(row, sealed=[], at=now)
        row.save()
    return certificates.token_of(row)


def make_barred(lead: Lead) -> DoNotCall:
    """Of SMS, so that the lead can be called."""
    made: DoNotCall = DoNotCall.objects.create(phone=lead.phone, channel="sms", source="request")
    return made
