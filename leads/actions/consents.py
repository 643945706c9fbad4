"""Writing down what leads agree to, refuse and take back."""

import datetime as dt
import uuid
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.models import Membership
from leads.models import Consent, Lead
from privacy.contact_facts import Channel, Purpose


@dataclass(frozen=True)
class Said:
    """What a lead said of one purpose and one channel, and where that is proven. `obtained_at`: None for now."""

    purpose: Purpose
    channel: Channel
    state: Consent.State
    source: Consent.Source
    wording: str = ""
    evidence: str = ""
    obtained_at: dt.datetime | None = None
    valid_until: dt.datetime | None = None


@transaction.atomic
def note_consent(lead: Lead, said: Said, *, by: Membership) -> Consent:
    """Write it into the ledger, where the newest word holds from the next call on.

    The same said twice of one moment is one row.
    """
    now = timezone.now()
    # Two presses in this moment come one after the other.
    Lead.everything.select_for_update(of=("self",), no_key=True).filter(pk=lead.pk).values_list("pk").first()
    facts = {name: getattr(said, name) for name in ("purpose", "channel", "state", "source", "wording", "evidence")}
    at = min(said.obtained_at or now, now)
    if said.obtained_at is not None and (known := _known(lead.pk, said, at)) is not None:
        return known
    until = said.valid_until if said.state == Consent.State.GIVEN else None
    made: Consent = Consent.objects.create(
        lead=lead, obtained_at=at, valid_until=until, recorded_at=now, by=by, **facts
    )
    audit.record(f"consent.{said.state}", by=by, subject=lead, purpose=said.purpose, channel=said.channel)
    return made


def _known(lead: uuid.UUID, said: Said, at: dt.datetime) -> Consent | None:
    same = Consent.objects.filter(lead=lead, purpose=said.purpose, channel=said.channel, state=said.state)
    found: Consent | None = same.filter(obtained_at=at).first()
    return found
