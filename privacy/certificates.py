"""The proof that an organisation was erased: what it says, where it stands, and the mail that leads to it."""

import datetime as dt
import hashlib
import json
import uuid
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core import signing
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.models import Organisation, User
from accounts.tenancy import acting_for
from privacy import leftovers
from privacy.models import Cancellation

SALT = "privacy.certificate"


def write(row: Cancellation, *, sealed: Sequence[dict[str, Any]], at: dt.datetime) -> dict[str, Any]:
    """Return what is certified: counts, places, laws and days, and nobody's name."""
    said: dict[str, Any] = {
        "organisation": str(row.organisation_id),
        "erased": row.counts.get("erased", {}),
        "sealed": list(sealed),
        "final": max((one["until"] for one in sealed), default=at.isoformat()),
        "elsewhere": row.counts.get("elsewhere", 0),
        "looked_through": leftovers.looked_through(),
        "at": at.isoformat(),
    }
    said["sha256"] = hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()
    return said


def token_of(row: Cancellation) -> str:
    """Return what stands in the address of a certificate: nobody can guess it, and nothing is stored for it."""
    return signing.dumps([row.organisation_id.hex, row.pk.hex], salt=SALT)


def found_by(token: str) -> Cancellation | None:
    """Return the erased cancellation that a token names; None of a token that is none of ours."""
    try:
        organisation_id, pk = (uuid.UUID(part) for part in signing.loads(token, salt=SALT))
    except (signing.BadSignature, ValueError, TypeError):
        return None
    organisation = Organisation.objects.filter(pk=organisation_id).first()
    if organisation is None:
        return None
    with acting_for(organisation):
        found: Cancellation | None = Cancellation.objects.filter(pk=pk).exclude(certificate={}).first()
    return found


def mail(row: Cancellation) -> None:
    """Send each former owner the address of the certificate, in their language."""
    link = settings.PUBLIC_URL + reverse("privacy:certificate", args=[token_of(row)])
    for email, language in row.contacts or []:
        with translation.override(language):
            body = render_to_string("emails/certificate.txt", {"link": link, "certificate": row.certificate})
            EmailMessage(subject=_("Your organisation is erased: the certificate"), body=body, to=[email]).send()


def mail_alarm(row: Cancellation) -> None:
    """Tell the superusers of the installation where something is left."""
    to = list(User.objects.filter(is_superuser=True, is_active=True).values_list("email", flat=True))
    body = render_to_string("emails/cancellation_alarm.txt", {"row": row})
    EmailMessage(subject=_("An organisation could not be erased wholly"), body=body, to=to).send() if to else None
