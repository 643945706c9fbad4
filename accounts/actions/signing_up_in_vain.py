"""Sign-ups whose address nobody ever confirmed: after their time, what was typed is taken out again."""

import uuid
from collections.abc import Iterable

from allauth.account.models import EmailAddress
from django.db import transaction
from django.db.models import Q

from accounts.actions.forgetting import become_former, strip_account
from accounts.models import Membership, Organisation, User
from accounts.tenancy import acting_for

# Whoever confirmed an address by any link, signed in once or runs the installation is not meant.
UNCONFIRMED = (
    Q(last_login=None, erased_at=None, is_superuser=False)
    & Q(pk__in=EmailAddress.objects.filter(verified=False).values("user"))
    & ~Q(pk__in=EmailAddress.objects.filter(verified=True).values("user"))
)
TYPED = ("phone", "address", "city", "region", "pin", "gstin", "pan")


@transaction.atomic
def forget_sign_ups(users: Iterable[uuid.UUID]) -> int:
    """Forget these people, and what they typed of the organisation that they meant to found, where nobody else is."""
    done = 0
    for user in User.objects.select_for_update(of=("self",)).filter(UNCONFIRMED, pk__in=list(users)).order_by("pk"):
        for member in list(user.memberships.select_related("organisation")):
            with acting_for(member.organisation):
                become_former([member.pk])
            if not Membership.objects.active().filter(organisation=member.organisation_id).exists():
                nothing = dict.fromkeys(TYPED, "")
                Organisation.objects.filter(pk=member.organisation_id).update(
                    name="-", state=Organisation.State.SUSPENDED, **nothing
                )
        EmailAddress.objects.filter(user=user).delete()
        strip_account(user.pk)
        done += 1
    return done
