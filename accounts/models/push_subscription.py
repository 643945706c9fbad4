"""A browser that shows a member's notices, also while JiNi is closed."""

import hashlib

from django.db import models

from accounts.tenancy import OrganisationOwned
from jini.lib.encryption import EncryptedJSONField, EncryptedTextField


class PushSubscription(OrganisationOwned):
    """Where a push service takes messages for one browser. A browser belongs to who said so last."""

    member = models.ForeignKey(
        "accounts.Membership", on_delete=models.CASCADE, db_constraint=False, db_index=False, related_name="+"
    )
    endpoint = EncryptedTextField()
    endpoint_digest = models.CharField(max_length=64, editable=False)
    keys = EncryptedJSONField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "endpoint_digest"], name="push_subscription_once")
        ]
        indexes = [models.Index(fields=["organisation", "member", "created_at"], name="push_subscription_of_member")]

    def __str__(self) -> str:
        return f"PushSubscription {self.pk}"


def digest_of(endpoint: str) -> str:
    """What an endpoint is found by, since its ciphertext differs each time."""
    return hashlib.sha256(endpoint.encode()).hexdigest()
