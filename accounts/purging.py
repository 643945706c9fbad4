"""What accounts delete by themselves when its time is over."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import F, Value

from accounts.actions.forgetting import become_former
from accounts.actions.signing_up_in_vain import UNCONFIRMED, forget_sign_ups
from accounts.models import Membership
from accounts.tenancy import current_organisation
from jini.lib.purging import Purge, owners_function
from jini.lib.retention import SCHEDULE
from jini.lib.shared_purging import OfModel, OfTable


@dataclass(frozen=True)
class _OfMembers(Purge):
    """Memberships are read before a scope exists, so that those of the open one are told apart here."""

    @property
    def rows(self) -> Any:
        mine = Membership.objects.filter(organisation=current_organisation(), former_number=None)
        return mine.annotate(counted_from=F("deactivated_at"))


PURGES = (
    Purge("notices", "accounts.Notification", "created_at"),
    Purge(
        "security",
        "accounts.AuditEntry",
        "at",
        remove=owners_function("accounts_purge_audit"),
        is_locked=False,
    ),
    Purge("invitations", "accounts.Invitation", "expires_at"),
    # Whoever left so long ago is a number from then on, without a name and without the phone that rang for them.
    _OfMembers("employee", "accounts.Membership", "deactivated_at", remove=become_former),
)

_SIGN_IN = dt.timedelta(days=SCHEDULE["sessions"].days)
SHARED = (
    # A sign-in says when it ends, which is its whole period after it began.
    OfModel("sessions", "sessions.Session", F("expire_date") - Value(_SIGN_IN)),
    OfTable("limits", "jini_cache", "expires", dt.timedelta(days=SCHEDULE["limits"].days)),
    OfModel("invitations", "accounts.SignInLink", "expires_at"),
    OfModel("invitations", "account.EmailConfirmation", "created"),
    OfModel("security", "admin.LogEntry", "action_time"),
    OfModel("account", "accounts.User", "date_joined", UNCONFIRMED, forget_sign_ups),
)
