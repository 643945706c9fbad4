"""Addresses that a provider is given for some minutes: they name a row of an organisation, and are signed."""

import datetime as dt
import uuid

from django.conf import settings
from django.core import signing
from django.urls import reverse

from accounts.models import Organisation


def address_of(view: str, organisation_id: uuid.UUID, pk: uuid.UUID) -> str:
    """Return the public address of `view` for the row `pk`."""
    signed = signing.dumps([str(organisation_id), str(pk)], salt=view)
    return settings.PUBLIC_URL + reverse(view, args=[signed])


def named_by(view: str, signed: str, valid: dt.timedelta) -> tuple[Organisation, str] | None:
    """Return whose row an address of `view` names, and which; None when it is forged, or older than `valid`."""
    try:
        organisation_id, pk = signing.loads(signed, salt=view, max_age=valid)
    except (signing.BadSignature, ValueError):
        return None
    organisation = Organisation.objects.filter(pk=organisation_id).first()
    return (organisation, pk) if organisation is not None else None
