"""Versioned documents, and the ledger of who accepted which."""

import datetime as dt
import hashlib
from typing import Self

from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from jini.lib.ids import uuid7


class PolicyQuerySet(models.QuerySet["Policy"]):
    def in_force(self) -> Self:
        return self.filter(effective_from__lte=timezone.now()).order_by("-effective_from", "-version")


class Policy(models.Model):
    """One version of one document in one language: the installation's, so shared by all organisations."""

    class Kind(models.TextChoices):
        PRIVACY = "privacy", _("Privacy policy")
        TERMS = "terms", _("Terms of service")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=10, choices=Kind)
    version = models.PositiveSmallIntegerField()
    language = models.CharField(max_length=2, default="en")
    body = models.TextField()
    sha256 = models.CharField(max_length=64, editable=False)
    effective_from = models.DateTimeField()

    objects = PolicyQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "version", "language"], name="policy_version_once")]

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


class MarketingChoice(models.Model):
    """A user's yes or no to news and offers; the newest one counts."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey("accounts.User", on_delete=models.CASCADE, related_name="+")
    is_wanted = models.BooleanField()
    wording = models.TextField()
    at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"MarketingChoice {self.pk}"
