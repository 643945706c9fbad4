"""Having the account of an organisation opened below the installation's master account."""

from django.db import IntegrityError, transaction

from accounts import audit, work
from accounts.models import Membership
from dialer.models import DialerSettings, SubAccount, TelephonyAccount
from dialer.providers.accounts import master_of_installation
from dialer.sub_accounts import STEER, not_ended, own_sid

State = SubAccount.State


class NotOffered(Exception):
    """The installation has no master account."""


class HasOwnAccount(Exception):
    """The organisation has an account of its own at Twilio."""


@transaction.atomic
def ask_for_sub_account(*, by: Membership) -> SubAccount:
    """Owe the account of the organisation, or one more try of it; once it is open, nothing. Raises `NotOffered`, `HasOwnAccount`."""
    if master_of_installation() is None:
        raise NotOffered
    row = not_ended()
    if row is None:
        if own_sid():
            raise HasOwnAccount
        try:
            with transaction.atomic():
                row = SubAccount.objects.create(asked_by=by)
        except IntegrityError:
            # A second press in this moment.
            row = SubAccount.objects.not_ended().get()
    elif row.state == row.wanted == State.OPEN or row.is_under_way:
        return row
    row.wanted, row.failure, row.sent_at = State.OPEN, "", None
    row.save(update_fields=["wanted", "failure", "sent_at"])
    work.schedule(STEER, row.pk)
    audit.record(
        "telephony.sub_account_asked",
        by=by,
        subject=DialerSettings.objects.get(),
        provider=TelephonyAccount.Provider.TWILIO,
    )
    return row
