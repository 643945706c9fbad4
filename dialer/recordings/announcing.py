"""The sound that tells of a recording, given for a few minutes to a provider that speaks no text of ours."""

import datetime as dt

from django.conf import settings
from django.core import signing
from django.urls import reverse

from accounts.models import Organisation
from accounts.tenancy import acting_for
from dialer.models import Call, RecordingSettings

# From the request to connect until the customer has answered, after the telecaller has: twice the ringing, and some.
VALID = dt.timedelta(minutes=10)
SALT = "dialer.announcement"


def url_of(call: Call) -> str:
    """Return the address at which the provider of `call` finds the sound for a few minutes."""
    signed = signing.dumps([str(call.organisation_id), str(call.pk)], salt=SALT)
    return settings.PUBLIC_URL + reverse("dialer:hook_announcement", args=[signed])


def sound_at(signed: str) -> RecordingSettings | None:
    """Return the settings whose sound a signed address stands for; None when it is forged or too old.

    A wish in this very moment changes nothing here: the provider records already, and is to say so.
    """
    try:
        organisation_id, call_id = signing.loads(signed, salt=SALT, max_age=VALID)
    except (signing.BadSignature, ValueError):
        return None
    organisation = Organisation.objects.filter(pk=organisation_id).first()
    if organisation is None:
        return None
    with acting_for(organisation):
        found: RecordingSettings | None = RecordingSettings.objects.exclude(sound="").first()
        return found if Call.objects.filter(pk=call_id).exclude(recording_rule="").exists() else None
