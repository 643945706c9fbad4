"""Where somebody may still go who does not accept a changed document: their data, the end of the account, the door."""

from collections.abc import Sequence
from typing import Any

from django.urls import Resolver404, resolve
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership

# Addresses and not names of views: some are pages of other parts, and each is left out where there is none.
WAYS_OUT = (
    ("/me/privacy/", _("My privacy: export or delete")),
    ("/settings/organisation/export/", _("Export the organisation's data")),
    ("/settings/organisation/cancel/", _("Cancel the organisation's account")),
)
# Signing in once more is asked for by export and cancellation.
STILL_OPEN = (
    *(path for path, _label in WAYS_OUT),
    # Copies that were ordered are fetched here.
    "/exports/",
    "/privacy/acceptance",
    "/accounts/logout/",
    "/accounts/reauthenticate/",
)

# What may still be written where the account of the organisation ends: what belongs to a person, and holds, which stop it.
STILL_WRITTEN = (*STILL_OPEN, "/settings/holds/", "/accounts/password/")
OF_A_PERSON = {
    "accounts:switch",
    "accounts:theme",
    "accounts:notification",
    "accounts:notifications_seen",
    "accounts:link",
    "account_login",
    "set_language",
}


def may_still_write(path: str, view_name: str) -> bool:
    """Whether a member of a cancelled organisation may send something to this address."""
    return path.startswith(STILL_WRITTEN) or view_name in OF_A_PERSON


def ways_out(member: Membership | None, pages: Sequence[tuple[str, Any]] = WAYS_OUT) -> list[tuple[str, Any]]:
    """Return the address and the words of each of `pages` that exists and that `member` may use."""
    return [(path, label) for path, label in pages if _may_use(member, path)]


def _may_use(member: Membership | None, path: str) -> bool:
    try:
        view = resolve(path).func
    except Resolver404:
        return False
    needed = getattr(view, "required_permission", None)
    return needed is None or (member is not None and member.may(needed))
