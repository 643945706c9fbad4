"""Keys of the API: made, shown once, and revoked."""

from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.actions.people import AboveOwnRole, roles_below
from accounts.models import ApiKey, Membership
from accounts.models.bearer import Bearer
from accounts.tenancy import current_organisation


@transaction.atomic
def create_key(name: str, *, for_member: Membership, by: Membership) -> tuple[ApiKey, str]:
    """Make a key that may do what `for_member` may, and return it with its secret, which is stored nowhere.

    Raises `AboveOwnRole` when that member's role is above the one of `by`.
    """
    if for_member.role not in roles_below(by):
        raise AboveOwnRole
    key = ApiKey(name=name, member=for_member, created_by=by, created_at=timezone.now())
    token = key.issue_token(current_organisation().pk)
    key.save(force_insert=True)
    audit.record("api_key.created", by=by, subject=key, member=str(for_member.pk))
    return key, token


@transaction.atomic
def revoke(bearer: Bearer, *, by: Membership) -> None:
    """Let the key or device in no more; the second press finds nothing to do."""
    changed = (
        type(bearer).objects.filter(pk=bearer.pk, revoked_at=None).update(revoked_at=timezone.now(), revoked_by=by)
    )
    if changed:
        noun = {"key": "api_key"}.get(bearer.KIND, bearer.KIND)
        audit.record(f"{noun}.revoked", by=by, subject=bearer)
