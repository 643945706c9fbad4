"""What a machine shows to be let in: a secret of which only the digest is kept."""

import datetime as dt
import re
import secrets
import uuid
from typing import Any, ClassVar, Self

from django.db import connection, models
from django.utils import timezone

from accounts.models.invitation import digest
from accounts.tenancy import OrganisationOwned, OrganisationQuerySet, scoped

# The secret names its organisation, so that it is looked up inside the scope, under row-level security like every row.
_TOKEN = re.compile(r"jini_([a-z]{3,10})_([0-9a-f]{32})_[\w-]{20,64}")
SHOWN = 4


def new_token(kind: str, organisation_id: uuid.UUID) -> str:
    """Return a new secret: what it is for, whose it is, and 256 random bits."""
    return f"jini_{kind}_{organisation_id.hex}_{secrets.token_urlsafe(32)}"


def read_token(text: str) -> tuple[str, uuid.UUID] | None:
    """Return the kind and the organisation that a secret names; None when it is none. Nothing of it is proved."""
    match = _TOKEN.fullmatch(text)
    return (match[1], uuid.UUID(match[2])) if match else None


class BearerQuerySet(OrganisationQuerySet):
    def usable(self) -> Self:
        """Those that still let in: not revoked, and of somebody who still works here."""
        return self.filter(revoked_at=None, member__deactivated_at=None)


class Bearer(OrganisationOwned):
    """A secret in the hands of a machine, which may do what `member` may and sees what they see."""

    KIND: ClassVar[str]
    PER_MINUTE: ClassVar[int]

    member = models.ForeignKey(
        "accounts.Membership", on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="+"
    )
    token_digest = models.CharField(max_length=64, editable=False)
    # The last characters, by which people tell one from another.
    token_end = models.CharField(max_length=SHOWN, editable=False)
    created_at = models.DateTimeField(editable=False)
    last_used_at = models.DateTimeField(null=True, editable=False)
    used_in_minute = models.PositiveIntegerField(default=0, editable=False)
    revoked_at = models.DateTimeField(null=True, editable=False)
    revoked_by = models.ForeignKey(
        "accounts.Membership",
        on_delete=models.PROTECT,
        null=True,
        db_constraint=False,
        db_index=False,
        related_name="+",
        editable=False,
    )

    objects: ClassVar[Any] = scoped(BearerQuerySet)

    class Meta:
        abstract = True
        constraints = [
            models.UniqueConstraint(fields=["organisation", "token_digest"], name="%(class)s_token_once"),
            models.CheckConstraint(
                condition=models.Q(revoked_at=None, revoked_by=None)
                | models.Q(revoked_at__isnull=False, revoked_by__isnull=False),
                name="%(class)s_revoked_at_and_by",
            ),
        ]

    def issue_token(self, organisation_id: uuid.UUID) -> str:
        """Give the row a fresh secret and return it; it is stored nowhere."""
        token = new_token(self.KIND, organisation_id)
        self.token_digest, self.token_end = digest(token), token[-SHOWN:]
        return token

    def use(self) -> bool:
        """Note that it was used; return False, and note nothing, when it was used too often in this minute."""
        now = timezone.now()
        minute = now.replace(second=0, microsecond=0)
        is_same = self.last_used_at is not None and self.last_used_at >= minute
        if is_same and self.used_in_minute >= self.PER_MINUTE:
            return False
        with connection.cursor() as cursor:
            # A count that a crash loses harms nobody, and the request need not wait for the disk because of it.
            cursor.execute("SET LOCAL synchronous_commit TO off")
        used = models.Case(models.When(last_used_at__gte=minute, then=models.F("used_in_minute") + 1), default=1)
        type(self).objects.filter(pk=self.pk).update(last_used_at=now, used_in_minute=used)
        return True

    @property
    def is_revoked(self) -> bool:
        return self.revoked_at is not None

    def waits(self) -> dt.timedelta:
        """How long until it may be used again after too many uses."""
        return dt.timedelta(seconds=60 - timezone.now().second)
