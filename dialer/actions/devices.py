"""Pairing a telecaller's own phone with JiNi."""

import datetime as dt
import hashlib

from django.db import connection, transaction
from django.utils import timezone

from accounts import audit
from accounts.actions.api_keys import revoke
from accounts.models import Membership
from accounts.models.bearer import new_token
from accounts.models.invitation import digest
from accounts.tenancy import current_organisation
from dialer.models import Device, PairingCode
from dialer.models.device import PAIRING_LASTS

PAIR = "pair"
MOST_HASHES = 1_000


class NoSuchCode(Exception):
    """The pairing code was used, is over, or never was."""


@transaction.atomic
def offer_pairing(member: Membership) -> tuple[str, dt.datetime]:
    """Return a pairing code for one phone of `member` and until when it works; codes that were offered before end."""
    PairingCode.objects.filter(member=member, used_at=None).delete()
    code = new_token(PAIR, current_organisation().pk)
    made: PairingCode = PairingCode.objects.create(
        member=member, code_digest=digest(code), expires_at=timezone.now() + PAIRING_LASTS
    )
    audit.record("pairing.offered", by=member, subject=made)
    return code, made.expires_at


@transaction.atomic
def pair(code: str, *, name: str, hardware_id: str, app_version: str) -> tuple[Device, str]:
    """Exchange a pairing code for a secret of the phone's own. Raises `NoSuchCode`, also for the second of two at once.

    A phone that is paired again, after a reinstall say, loses the secret that it had before.
    """
    now = timezone.now()
    open_codes = PairingCode.objects.filter(code_digest=digest(code), used_at=None, expires_at__gt=now)
    found = open_codes.select_for_update(of=("self",)).select_related("member").first()
    if found is None or found.member.deactivated_at is not None:
        raise NoSuchCode
    found.used_at = now
    found.save(update_fields=["used_at"])
    for old in Device.objects.filter(member=found.member, hardware_id=hardware_id, revoked_at=None):
        revoke(old, by=found.member)
    device = Device(member=found.member, name=name, hardware_id=hardware_id, app_version=app_version, created_at=now)
    token = device.issue_token(current_organisation().pk)
    device.save(force_insert=True)
    audit.record("device.paired", by=found.member, subject=device)
    return device, token


def salt() -> str:
    """Return what is put before a number when it is hashed: another one in each organisation, and no secret."""
    return hashlib.sha256(f"call log {current_organisation().pk}".encode()).hexdigest()


def known_among(hashes: list[str]) -> list[str]:
    """Return those of the `hashes` (SHA-256 in hex of the salt and a number in E.164) whose number a lead has.

    Every number of the organisation is hashed for it: an index would cost each import more than this costs a sync.
    """
    with connection.cursor() as cursor:
        cursor.execute(_KNOWN, {"organisation": current_organisation().pk, "salt": salt(), "hashes": hashes})
        return sorted(row[0] for row in cursor.fetchall())


_KNOWN = """
WITH hashed AS (
    SELECT encode(sha256(convert_to(%(salt)s || phone, 'UTF8')), 'hex') AS hash FROM (
        SELECT phone FROM leads_lead WHERE organisation_id = %(organisation)s AND deleted_at IS NULL
        UNION ALL
        SELECT further.phone FROM leads_leadphone further JOIN leads_lead lead ON lead.id = further.lead_id
        WHERE further.organisation_id = %(organisation)s AND lead.organisation_id = %(organisation)s
          AND lead.deleted_at IS NULL
    ) numbers
)
SELECT DISTINCT hash FROM hashed WHERE hash = ANY(%(hashes)s)
"""
