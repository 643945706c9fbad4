"""Versioned documents, and the ledger of who accepted which."""

import datetime as dt
import hashlib
from typing import Self

from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from jini.lib.ids import uuid7

# A material change is announced so long before it takes effect.
NOTICE = dt.timedelta(days=30)
AGREED = ("privacy", "terms")


class PolicyQuerySet(models.QuerySet["Policy"]):
    def in_force(self) -> Self:
        return self.filter(effective_from__lte=timezone.now()).order_by("-effective_from", "-version")

    def agreed(self) -> Self:
        """The documents that people accept, without the tables that belong to them."""
        return self.filter(kind__in=AGREED)


class Policy(models.Model):
    """One version of one document in one language: the installation's, so shared by all organisations."""

    class Kind(models.TextChoices):
        PRIVACY = "privacy", _("Privacy policy")
        TERMS = "terms", _("Terms of service")
        # Tables that belong to the policy and are made from the program.
        DATA = "data", _("What is held, and for how long")
        COOKIES = "cookies", _("Cookies and browser storage")
        PROCESSORS = "processors", _("Who works on data")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=10, choices=Kind)
    version = models.PositiveSmallIntegerField()
    language = models.CharField(max_length=2, default="en")
    body = models.TextField()
    sha256 = models.CharField(max_length=64, editable=False)
    effective_from = models.DateTimeField()
    published_at = models.DateTimeField(default=timezone.now, editable=False)
    # Whether people who accepted an earlier version are asked again.
    is_material = models.BooleanField(default=False)
    # What changed, for those who are told; empty in the first version and in tables.
    summary = models.TextField(blank=True)
    # Which file of the program the text is, such as "privacy.2"; empty when the installation wrote its own.
    source = models.CharField(max_length=20, blank=True, editable=False)

    objects = PolicyQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "version", "language"], name="policy_version_once"),
            models.CheckConstraint(
                condition=models.Q(is_material=False)
                | models.Q(effective_from__gte=models.F("published_at") + models.Value(NOTICE)),
                name="policy_material_is_announced",
            ),
        ]

    def __str__(self) -> str:
        return f"Policy {self.kind} {self.version} {self.language}"

    def get_absolute_url(self) -> str:
        return reverse("privacy:policy", args=[self.kind, self.version])

    @property
    def effective_on(self) -> dt.date:
        """The day from which this version holds, in India."""
        return timezone.localtime(self.effective_from).date()

    @staticmethod
    def digest(body: str) -> str:
        """Return the SHA-256 of a document's text, in hex: what an acceptance refers to."""
        return hashlib.sha256(body.encode()).hexdigest()


class Acceptance(models.Model):
    """Somebody ticked the box under a document. Written once, never changed."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    policy = models.ForeignKey("privacy.Policy", on_delete=models.PROTECT, related_name="+")
    sha256 = models.CharField(max_length=64)
    wording = models.TextField()
    at = models.DateTimeField(auto_now_add=True)
    ip_address = models.GenericIPAddressField(null=True)
    user_agent = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "policy"], name="acceptance_once")]

    def __str__(self) -> str:
        return f"Acceptance {self.pk}"
