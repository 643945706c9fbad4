"""The sound that tells of a recording, given for a few minutes to a provider that speaks no text of ours."""

import datetime as dt

from accounts.tenancy import acting_for
from dialer.models import Call, RecordingSettings
from dialer.signed_addresses import address_of, named_by

VIEW = "dialer:hook_announcement"
# From the request to connect until the customer has answered, after the telecaller has: twice the ringing, and some.
VALID = dt.timedelta(minutes=10)


def url_of(call: Call) -> str:
    """Return the address at which the provider of `call` finds the sound for a few minutes."""
    return address_of(VIEW, call.organisation_id, call.pk)


def sound_at(signed: str) -> RecordingSettings | None:
    """Return the settings whose sound a signed address stands for; None when it is forged or too old.

    A wish in this very moment changes nothing here: the provider records already, and is to say so.
    """
    if (named := named_by(VIEW, signed, VALID)) is None:
        return None
    organisation, call_id = named
    with acting_for(organisation):
        found: RecordingSettings | None = RecordingSettings.objects.exclude(sound="").first()
        return found if Call.objects.filter(pk=call_id).exclude(recording_rule="").exists() else None
