"""A link that signs one person in, once: printed by the zero-install run."""

import datetime as dt
import secrets
from typing import Self

from django.db import models
from django.utils import timezone

from accounts.models.invitation import digest
from jini.lib.ids import uuid7

VALID_FOR = dt.timedelta(hours=12)


class SignInLinkQuerySet(models.QuerySet["SignInLink"]):
    def usable(self) -> Self:
        return self.filter(used_at=None, expires_at__gt=timezone.now())


class SignInLink(models.Model):
    """Only `manage.py sign_in_links` makes them, and only for people of a demonstration organisation."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey("accounts.User", on_delete=models.CASCADE, related_name="+")
    token_digest = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    objects = SignInLinkQuerySet.as_manager()

    def __str__(self) -> str:
        return f"SignInLink {self.pk}"

    @classmethod
    def issue(cls, user: object) -> str:
        """Store a new link for `user` and return its secret."""
        token = secrets.token_urlsafe(32)
        cls.objects.create(user=user, token_digest=digest(token), expires_at=timezone.now() + VALID_FOR)
        return token
