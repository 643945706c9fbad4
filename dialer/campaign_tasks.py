"""What campaigns owe: tending their lists, writing their order, counting their leads."""

import datetime as dt
import uuid

from django.db.models import Q
from django.utils import timezone

from accounts import work
from accounts.models import Organisation
from accounts.tenancy import acting_for
from dialer.actions.lists import END, ORDER, TEND
from dialer.campaigns.counting import COUNT as COUNT_LEADS
from dialer.campaigns.counting import count_slice
from dialer.campaigns.lists import Left, end_past, finish_slice, start_next
from dialer.campaigns.ordering import reorder
from dialer.models import CampaignList
from jini.lib.work import handler

# Lists that end on a day or wait for another one are looked at so often.
TEND_EVERY = dt.timedelta(minutes=1)


@handler(TEND, is_short=True)
def tend_lists(organisation: Organisation, campaign_id: uuid.UUID) -> dt.datetime | None:
    """End the lists of a campaign whose last day is over, start those whose time has come, and go on while there are any."""
    with acting_for(organisation):
        for ended in end_past(campaign_id):
            work.schedule(END, ended)
        start_next(of=campaign_id)
        left = CampaignList.objects.open().filter(campaign=campaign_id)
        waits = left.filter(Q(state=CampaignList.State.WAITING) | Q(ends_on__isnull=False)).exists()
    return timezone.now() + TEND_EVERY if waits else None


@handler(END, is_short=True)
def end_list(organisation: Organisation, list_id: uuid.UUID) -> dt.datetime | None:
    """Let the leads of a list that ended wait no more, a slice at a time."""
    with acting_for(organisation):
        found = CampaignList.objects.filter(pk=list_id).first()
        more = finish_slice(found) if found is not None else Left.NONE
    if more is Left.NONE:
        return None
    return timezone.now() + (TEND_EVERY if more is Left.HELD else dt.timedelta(0))


@handler(ORDER, is_short=True)
def order_list(organisation: Organisation, list_id: uuid.UUID) -> dt.datetime | None:
    """Write a changed order of a list into the places of its leads, a slice at a time."""
    with acting_for(organisation):
        found = CampaignList.objects.select_for_update(of=("self",)).filter(pk=list_id).first()
        more = found is not None and reorder(found)
    return timezone.now() if more else None


@handler(COUNT_LEADS, is_short=True)
def count_campaign(organisation: Organisation, campaign_id: uuid.UUID) -> dt.datetime | None:
    """Count the leads of a campaign by the first gate that fails, a slice at a time."""
    with acting_for(organisation):
        more = count_slice(campaign_id)
    return timezone.now() if more else None
