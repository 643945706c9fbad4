"""Telling admins what only they can put right at the provider."""

from django.urls import reverse
from django.utils import timezone

from accounts.actions.notifying import notify
from accounts.models import Membership
from accounts.permissions import Permission
from accounts.tenancy import current_organisation
from dialer.models import Call
from dialer.providers.port import Refusal

REFUSED = "telephony.refused"
# A lead's wrong number is the telecaller's to correct, and stands on the call alone.
FOR_ADMINS = frozenset({Refusal.CREDENTIALS, Refusal.CALLER_ID, Refusal.TRIAL_ACCOUNT, Refusal.NO_CREDIT})


def complain(call: Call, refusal: Refusal) -> None:
    """Put what the provider refused under the bell of each admin: once a day, however many calls it refuses."""
    if refusal not in FOR_ADMINS:
        return
    organisation = current_organisation()
    admins = [
        member for member in Membership.objects.of(organisation).active() if member.may(Permission.TELEPHONY_EDIT)
    ]
    today = timezone.now().astimezone(organisation.zone).date()
    notify(
        admins,
        REFUSED,
        url=reverse("dialer:telephony"),
        details={"failure": str(refusal), "provider": call.provider},
        once=f"{REFUSED}:{call.provider}:{refusal}:{today.isoformat()}",
    )
