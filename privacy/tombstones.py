"""Whether somebody who was erased is about to come in again: asked on every way in, and counted."""

import hmac
import uuid
from collections.abc import Collection, Iterable
from hashlib import sha256

from django.conf import settings
from django.db.models import F
from django.utils import timezone

from accounts.tenancy import current_organisation
from privacy.models import Tombstone

Kind = Tombstone.Kind


class Erased(Exception):
    """The person asked to be erased, and may not be taken in again."""


def digest(kind: str, value: str) -> str:
    """Return the keyed hash of a number in E.164 or of an address; the same value differs between organisations."""
    key = settings.TOMBSTONE_KEY.encode()
    text = f"{current_organisation().pk}:{kind}:{value.strip().lower()}"
    return hmac.new(key, text.encode(), sha256).hexdigest()


def marks_of(phones: Collection[str], emails: Collection[str]) -> list[tuple[str, str]]:
    """Return the kinds and keyed hashes by which these numbers and addresses are known again."""
    wanted = [(Kind.PHONE, phone) for phone in phones] + [(Kind.EMAIL, email) for email in emails]
    return [(kind.value, digest(kind, value)) for kind, value in wanted]


def bury(marks: Iterable[tuple[str, str]]) -> None:
    """Remember these as the marks of somebody who was erased."""
    Tombstone.objects.bulk_create([Tombstone(kind=kind, digest=mark) for kind, mark in marks], ignore_conflicts=True)


def buried(phones: Collection[str], emails: Collection[str] = ()) -> set[str]:
    """Return those of the numbers and addresses that belong to somebody who was erased. Nothing is counted."""
    return set(_known(phones, emails))


def refuse(phones: Collection[str], emails: Collection[str] = ()) -> set[str]:
    """Return those that may not come in, and count that they were refused."""
    known = _known(phones, emails)
    if known:
        Tombstone.objects.filter(pk__in=set(known.values())).update(refused=F("refused") + 1, refused_at=timezone.now())
    return set(known)


def _known(phones: Collection[str], emails: Collection[str]) -> dict[str, uuid.UUID]:
    # Most organisations have erased nobody; then nothing is hashed.
    if not Tombstone.objects.exists():
        return {}
    by_digest = {digest(Kind.PHONE, phone): phone for phone in phones if phone}
    by_digest |= {digest(Kind.EMAIL, email): email for email in emails if email}
    rows = Tombstone.objects.filter(digest__in=list(by_digest)).values_list("digest", "pk")
    return {by_digest[mark]: pk for mark, pk in rows}
