"""The end of an organisation's account without the time that people have to think it over."""

import datetime as dt

from django.db import connection
from django.utils import timezone

from accounts.models import Membership, Organisation
from accounts.tenancy import acting_for
from privacy.actions import cancelling, ending
from privacy.models import Cancellation


def end_now(organisation: Organisation, owner: Membership, *, reason: str = "") -> Cancellation:
    """Have `owner` end the account, and let the time to think it over have passed, with every notice sent."""
    now = timezone.now()
    with acting_for(organisation):
        row = cancelling.ask_to_cancel(reason=reason, by=owner)
        Cancellation.objects.filter(pk=row.pk).update(requested_at=now - cancelling.COOLING)
    ending.take_step(organisation, row.pk)
    ends_at = now - dt.timedelta(minutes=1)
    with acting_for(organisation):
        Cancellation.objects.filter(pk=row.pk).update(warned_at=ends_at - cancelling.LAST_WARNING, ends_at=ends_at)
        Organisation.objects.filter(pk=organisation.pk).update(ends_at=ends_at)
    return row


def close(organisation: Organisation) -> Cancellation:
    """End the account and erase everything; nothing keeps the organisation, and nobody is on the phone."""
    owner = Membership.objects.get(organisation=organisation, role="owner")
    with acting_for(organisation), connection.cursor() as cursor:
        cursor.execute("DELETE FROM privacy_legalhold")
        for table in ("dialer_call", "dialer_incomingcall"):
            cursor.execute(f"UPDATE {table} SET ended_at = now() WHERE ended_at IS NULL")
    row = end_now(organisation, owner, reason="We close")
    while (again := ending.take_step(organisation, row.pk)) is not None and again <= timezone.now():
        pass
    with acting_for(organisation):
        return row.reloaded()
