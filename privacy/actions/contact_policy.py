"""Changing the contact rules."""

from collections.abc import Sequence

from django.db import transaction

from accounts import audit
from accounts.models import Membership
from privacy.models import ContactPolicy


@transaction.atomic
def change_contact_policy(policy: ContactPolicy, *, fields: Sequence[str], by: Membership) -> None:
    """Save the changed `fields`. Every change is a new version, which stands on the decisions made by it."""
    if not fields:
        return
    policy.version += 1
    policy.save(update_fields=[*fields, "version"])
    audit.record("contact-policy.changed", by=by, subject=policy, fields=list(fields), version=policy.version)
