"""The organisation's own numbers."""

from collections.abc import Sequence

from django.db import IntegrityError, transaction

from accounts import audit
from accounts.models import Membership
from dialer.models import Campaign, PhoneNumber, TelephonyAccount


class InUse(Exception):
    """Calls go out from this number: a running campaign has it, or it is the account's own."""


class NumberTaken(Exception):
    """The number stands here already: somebody added it in this moment."""


@transaction.atomic
def save_number(number: PhoneNumber, *, fields: Sequence[str], by: Membership) -> PhoneNumber:
    """Write a number. Raises `InUse` when one that calls go out from is switched off, and `NumberTaken`."""
    is_new = number._state.adding  # noqa: SLF001 -- Django's documented name
    if not number.is_active and not is_new and is_used(number):
        raise InUse
    try:
        with transaction.atomic():
            number.save()
    except IntegrityError as error:
        if "phone_number_once" not in str(error):
            raise
        raise NumberTaken from error
    audit.record(f"number.{'added' if is_new else 'changed'}", by=by, subject=number, fields=list(fields))
    return number


def is_used(number: PhoneNumber) -> bool:
    """Whether a campaign that is not over has the number, or the account that calls go through."""
    account = TelephonyAccount.objects.get(is_active=True)
    if account.provider == number.provider and account.caller_id == number.phone:
        return True
    campaigns = Campaign.objects.exclude(state=Campaign.State.ENDED)
    return bool(campaigns.filter(number=number).exists())
