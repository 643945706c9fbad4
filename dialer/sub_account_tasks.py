"""What is owed for the accounts below the installation's master account: opening them, suspending them, closing them."""

import datetime as dt
import uuid

from accounts.models import Organisation
from accounts.tenancy import acting_for
from dialer import sub_accounts
from dialer.models import SubAccount
from dialer.providers.accounts import master_of_installation
from dialer.providers.port.sub_accounts import AccountStatus, Master
from jini.lib.work import handler

State = SubAccount.State
STATUSES = {
    State.OPEN: AccountStatus.ACTIVE,
    State.SUSPENDED: AccountStatus.SUSPENDED,
    State.CLOSED: AccountStatus.CLOSED,
}


@handler(sub_accounts.STEER, queue="telephony")
def steer_sub_account(organisation: Organisation, row_id: uuid.UUID) -> dt.datetime | None:
    """Bring an account to how it is wanted, one step at a time; what fails is put off by the exception."""
    with acting_for(organisation):
        row = SubAccount.objects.filter(pk=row_id).first()
    master = master_of_installation()
    if row is None or master is None or not row.is_under_way:
        return None
    if not row.provider_id:
        return _open(organisation, row, master)
    return _steer(organisation, row, master)


def _open(organisation: Organisation, row: SubAccount, master: Master) -> dt.datetime | None:
    """Open the account that is wanted, unless one of its name is there: made by a request whose answer never came."""
    found = master.find(row.name)
    with acting_for(organisation):
        if found is not None:
            return sub_accounts.take(row.pk, found)
        if row.wanted != State.OPEN and row.sent_at is None:
            sub_accounts.stands(row.pk, State.CLOSED)
            return None
        if not sub_accounts.claim(row.pk):
            return sub_accounts.look_again(row.pk)
    answer = master.create(row.name)
    with acting_for(organisation):
        return sub_accounts.hear(row.pk, answer)


def _steer(organisation: Organisation, row: SubAccount, master: Master) -> dt.datetime | None:
    wanted = State(row.wanted)
    master.set_status(row.provider_id, STATUSES[wanted])
    # The token is asked for anew: the one that we had was thrown away when the organisation left.
    facts = master.fetch(row.provider_id) if wanted is State.OPEN else None
    with acting_for(organisation):
        if facts is not None:
            return sub_accounts.take(row.pk, facts)
        sub_accounts.stands(row.pk, State.CLOSED if wanted is State.OPEN else wanted)
        return None


@handler(sub_accounts.CLOSE, queue="telephony", is_short=True)
def close_sub_account(organisation: Organisation, row_id: uuid.UUID) -> dt.datetime | None:
    """Close the account of an organisation that is about to be erased."""
    with acting_for(organisation):
        return sub_accounts.close_in_time(row_id)
