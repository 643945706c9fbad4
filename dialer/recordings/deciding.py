"""Whether a call is recorded, and what the customer hears of it first."""

import uuid
from dataclasses import dataclass

from accounts.models import Organisation
from accounts.tenancy import acting_for
from dialer.models import Call, Campaign, RecordingSettings, RecordingWish, TelephonyAccount
from dialer.providers.accounts import keeps_recordings
from dialer.providers.port import TelephonyProvider

Rule = Call.RecordingRule


def chosen() -> RecordingSettings | None:
    """Return what the organisation chose, None as long as it has not chosen."""
    found: RecordingSettings | None = RecordingSettings.objects.first()
    return found


def own_settings() -> RecordingSettings:
    """Return what the organisation chose, or what it begins with, which is not saved."""
    return chosen() or RecordingSettings()


def rule_of(call: Call, provider: TelephonyProvider) -> str:
    """Return whether `call`, which is about to be put through, is to be recorded, and if not although it should, why."""
    own = chosen()
    if own is None or not _is_asked_for(call, own):
        return ""
    if has_wish(call.lead_id):
        return Rule.WISH
    if provider.recordings is None:
        return Rule.UNSUPPORTED
    is_settled = own.days_at_provider is not None or not provider.keeps_recordings
    return Rule.ON if is_settled else Rule.UNAGREED


def _is_asked_for(call: Call, own: RecordingSettings) -> bool:
    said = call.campaign.recorded if call.campaign else Campaign.Recorded.AS_ORGANISATION
    return own.is_on if said == Campaign.Recorded.AS_ORGANISATION else said == Campaign.Recorded.ON


def keeps_copies() -> bool:
    """Whether the organisation has an account with a provider that keeps what it recorded."""
    return any(keeps_recordings(name) for name in TelephonyAccount.objects.values_list("provider", flat=True))


def has_wish(lead_id: uuid.UUID) -> bool:
    """Whether the lead does not want to be recorded."""
    return wish_of(lead_id) is not None


def wish_of(lead_id: uuid.UUID) -> RecordingWish | None:
    """Return the wish of the lead that stands, with who noted it."""
    wishes = RecordingWish.objects.select_related("noted_by__user").filter(lead=lead_id, withdrawn_at=None)
    found: RecordingWish | None = wishes.first()
    return found


@dataclass(frozen=True)
class Announcement:
    """What the customer hears before they are put through, and the language in which it is spoken."""

    text: str
    voice: str


def announcement(organisation_id: uuid.UUID, call_id: uuid.UUID) -> Announcement | None:
    """Return what the customer of a call is told first; None when it is not recorded."""
    organisation = Organisation.objects.filter(pk=organisation_id).first()
    if organisation is None:
        return None
    with acting_for(organisation):
        if not Call.objects.filter(pk=call_id, recording_rule=Rule.ON).exists():
            return None
        own = own_settings()
    return Announcement(own.announcement, own.voice)
