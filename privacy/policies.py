"""The documents of this installation: published as versioned rows and never edited again.

Policy and terms are files; the tables that belong to them are made from the program, anew with each `migrate`.
"""

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import connection, models
from django.db.models.functions import Now
from django.utils import timezone

from accounts.models import Organisation, User
from accounts.tenancy import acting_for
from accounts.work import schedule
from privacy import annexes
from privacy.models import Acceptance, Policy
from privacy.models.policy import AGREED, NOTICE

DOCUMENTS = Path(__file__).parent / "documents"
LANGUAGES = ("en", "hi")
ANNOUNCE = "privacy.announce"


@dataclass(frozen=True)
class Version:
    """A version of a document and the day from which it holds. Its texts are `documents/<kind>.<number>.<language>.html`.

    `summary` says in each language what changed; a material change has people accept the document again.
    """

    kind: str
    number: int
    effective_on: dt.date
    is_material: bool = False
    summary: tuple[str, str] = ("", "")

    @property
    def source(self) -> str:
        return f"{self.kind}.{self.number}"


# A new version is a new line here and new files beside the old ones.
VERSIONS = (
    Version(Policy.Kind.PRIVACY, 1, dt.date(2026, 11, 1)),
    Version(Policy.Kind.TERMS, 1, dt.date(2026, 11, 1)),
    Version(
        Policy.Kind.PRIVACY,
        2,
        dt.date(2027, 1, 1),
        is_material=True,
        summary=(
            "Tables name every kind of data and its period, every cookie and every processor. Changes are announced.",
            "तालिकाएँ हर तरह का डेटा और उसकी अवधि, हर कुकी और डेटा पर काम करने वाली हर फ़र्म बताती हैं। बदलाव पहले बताए जाते हैं।",
        ),
    ),
    Version(
        Policy.Kind.TERMS,
        2,
        dt.date(2027, 1, 1),
        is_material=True,
        summary=(
            "The owner cancels on a page of the settings. Changes are announced 30 days ahead and accepted again.",
            "मालिक सेटिंग के पन्ने पर रद्द करता है। बदलाव 30 दिन पहले बताए जाते हैं और फिर स्वीकार किए जाते हैं।",
        ),
    ),
)


class PolicyChanged(Exception):
    """A published text differs from its file: people accepted the published one, so it needs a new version."""


def publish(**_kwargs: Any) -> None:
    """Store every version that is not stored yet; raise `PolicyChanged` when a stored one was edited.

    Runs after each `migrate`. Tables that read otherwise than last time become a new version of theirs.
    """
    if Policy._meta.db_table not in connection.introspection.table_names():  # noqa: SLF001 -- Django's documented name
        return
    # Where an installation wrote texts of its own, ours do not follow them.
    own = set(Policy.objects.filter(source="").values_list("kind", flat=True))
    new = [_publish(version) for version in VERSIONS if version.kind not in own]
    new += [_publish_annex(kind) for kind in annexes.KINDS]
    if any(new):
        owe_announcement()


def _publish(version: Version) -> bool:
    texts = {language: (DOCUMENTS / f"{version.source}.{language}.html").read_text() for language in LANGUAGES}
    stored = {policy.language: policy for policy in Policy.objects.filter(source=version.source)}
    for language, policy in stored.items():
        if policy.sha256 != Policy.digest(texts[language]):
            raise PolicyChanged(f"{version.kind} {version.number} {language}")
    is_material, effective_from = _terms_of(version)
    for language, summary in zip(LANGUAGES, version.summary, strict=True):
        if language not in stored:
            store(
                version.kind,
                version.number,
                language,
                texts[language],
                effective_from=effective_from,
                is_material=is_material,
                summary=summary,
                source=version.source,
            )
    return not stored


def _terms_of(version: Version) -> tuple[bool, dt.datetime]:
    """Return whether people are asked again, and from when the version holds.

    Who accepted an earlier version is told in time, also where the program was brought up to date late. Where nobody
    did, there is nobody to ask, and nobody should join under a text that is about to change.
    """
    planned, now = start_of(version.effective_on), timezone.now()
    if not version.is_material or planned >= now + NOTICE:
        return version.is_material, planned
    if Acceptance.objects.filter(policy__kind=version.kind).exists():
        return True, start_of(timezone.localdate() + NOTICE + dt.timedelta(days=1))
    return False, min(planned, now)


def _publish_annex(kind: str) -> bool:
    texts = {language: annexes.text(kind, language) for language in LANGUAGES}
    stored = Policy.objects.filter(kind=kind)
    newest = stored.order_by("-version").first()
    number = newest.version if newest else 0
    last = dict(stored.filter(version=number).values_list("language", "sha256"))
    if last == {language: Policy.digest(body) for language, body in texts.items()}:
        return False
    for language, body in texts.items():
        store(kind, number + 1, language, body, effective_from=timezone.now(), source=f"{kind}.{number + 1}")
    return True


def store(kind: str, version: int, language: str, body: str, **fields: Any) -> Policy:
    """Store one text of one version; from then on it does not change."""
    return Policy.objects.create(
        kind=kind, version=version, language=language, body=body, sha256=Policy.digest(body), **fields
    )


def start_of(day: dt.date) -> dt.datetime:
    """Return the first moment of `day`, in India."""
    return timezone.make_aware(dt.datetime.combine(day, dt.time()))


def owed_by(user: User) -> list[str]:
    """Return the kinds of documents that `user` must accept before going on: one with a material change they did not accept."""
    accepted = dict(
        Acceptance.objects.filter(user=user).values_list("policy__kind").annotate(models.Max("policy__version"))
    )
    material = Policy.objects.in_force().agreed().filter(is_material=True, language="en")
    newest = dict(material.order_by().values_list("kind").annotate(models.Max("version")))
    return [kind for kind in AGREED if newest.get(kind, 0) > accepted.get(kind, 0)]


def owes() -> models.Exists:
    """Return whether the `user` of a row must accept a document: `owed_by` as a part of another query.

    By the database's clock: what it says holds for every process at the same moment.
    """
    accepted = Acceptance.objects.filter(
        user=models.OuterRef(models.OuterRef("user")),
        policy__kind=models.OuterRef("kind"),
        policy__version__gte=models.OuterRef("version"),
    )
    material = Policy.objects.agreed().filter(is_material=True, language="en", effective_from__lte=Now())
    return models.Exists(material.exclude(models.Exists(accepted)))


def owe_announcement() -> None:
    """Owe every organisation the news of what was published."""
    for organisation in Organisation.objects.all():
        with acting_for(organisation):
            schedule(ANNOUNCE, organisation.pk)


def in_force(kind: str, language: str) -> Policy:
    """Return the version of `kind` that holds now, in `language` or else in English.

    A clock that is behind finds the first version: somebody who joins must always find a text to agree to.
    """
    policies = Policy.objects.filter(kind=kind)
    english = policies.filter(language="en")
    newest = english.in_force().first() or english.earliest("version")
    return policies.filter(version=newest.version, language=language).first() or newest


def held_on(kind: str, day: dt.date, language: str = "en") -> Policy | None:
    """Return the version of `kind` that held at the end of `day`, in `language` or else in English; None before the first."""
    held = Policy.objects.filter(kind=kind, effective_from__lt=start_of(day + dt.timedelta(days=1)))
    english = held.filter(language="en").order_by("-effective_from", "-version").first()
    if english is None:
        return None
    return held.filter(version=english.version, language=language).first() or english


def coming() -> list[Policy]:
    """Return the English versions that are published and do not hold yet, the next one first."""
    return list(Policy.objects.filter(effective_from__gt=timezone.now(), language="en").order_by("effective_from"))


def keep_proof(user: User, policy: Policy, wording: str, *, ip_address: str | None, user_agent: str) -> None:
    """Write down that `user` ticked the box of that `wording` under `policy`; the first time counts."""
    Acceptance.objects.get_or_create(
        user=user,
        policy=policy,
        defaults={
            "sha256": policy.sha256,
            "wording": wording,
            "ip_address": ip_address,
            "user_agent": user_agent[:300],
        },
    )


@dataclass(frozen=True)
class Held:
    """What held of one document on a day, and the acceptance of it that was newest then; None when there was none."""

    policy: Policy
    acceptance: Acceptance | None


def accepted_by(user: User, day: dt.date, language: str) -> list[Held]:
    """Return which documents held at the end of `day`, each with what `user` had accepted of it by then."""
    until = start_of(day + dt.timedelta(days=1))
    given = (
        Acceptance.objects.filter(user=user, at__lt=until).select_related("policy").order_by("-policy__version", "-at")
    )
    newest: dict[str, Acceptance] = {}
    for acceptance in given:
        newest.setdefault(acceptance.policy.kind, acceptance)
    held = [policy for kind in Policy.Kind.values if (policy := held_on(kind, day, language))]
    return [Held(policy, newest.get(policy.kind)) for policy in held]
