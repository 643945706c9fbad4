"""The documents of this installation: files that are published as versioned rows and never edited again."""

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import connection
from django.utils import timezone

from privacy.models import Policy

DOCUMENTS = Path(__file__).parent / "documents"
LANGUAGES = ("en", "hi")


@dataclass(frozen=True)
class Version:
    """A version of a document and the day from which it holds. Its texts are `documents/<kind>.<number>.<language>.html`."""

    kind: str
    number: int
    effective_on: dt.date


# A new version is a new line here and new files beside the old ones.
VERSIONS = (
    Version(Policy.Kind.PRIVACY, 1, dt.date(2026, 11, 1)),
    Version(Policy.Kind.TERMS, 1, dt.date(2026, 11, 1)),
)


class PolicyChanged(Exception):
    """A published text differs from its file: people accepted the published one, so it needs a new version."""


def publish(**_kwargs: Any) -> None:
    """Store every version that is not stored yet; raise `PolicyChanged` when a stored one was edited.

    Runs after each `migrate`.
    """
    if Policy._meta.db_table not in connection.introspection.table_names():  # noqa: SLF001 -- Django's documented name
        return
    for version in VERSIONS:
        for language in LANGUAGES:
            _publish(version, language)


def _publish(version: Version, language: str) -> None:
    body = (DOCUMENTS / f"{version.kind}.{version.number}.{language}.html").read_text()
    policy, __ = Policy.objects.get_or_create(
        kind=version.kind,
        version=version.number,
        language=language,
        defaults={
            "body": body,
            "sha256": Policy.digest(body),
            "effective_from": timezone.make_aware(dt.datetime.combine(version.effective_on, dt.time())),
        },
    )
    if policy.sha256 != Policy.digest(body):
        raise PolicyChanged(f"{version.kind} {version.number} {language}")


def in_force(kind: str, language: str) -> Policy:
    """Return the version of `kind` that holds now, in `language` or else in English.

    A clock that is behind finds the first version: somebody who joins must always find a text to agree to.
    """
    policies = Policy.objects.filter(kind=kind)
    english = policies.filter(language="en")
    newest = english.in_force().first() or english.earliest("version")
    return policies.filter(version=newest.version, language=language).first() or newest


def coming() -> list[Policy]:
    """Return the English versions that are published and do not hold yet, the next one first."""
    return list(Policy.objects.filter(effective_from__gt=timezone.now(), language="en").order_by("effective_from"))
