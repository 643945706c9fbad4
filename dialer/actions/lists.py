"""Lists of a campaign: made, changed, paused, ended."""

from collections.abc import Sequence
from uuid import UUID

from django.db import transaction

from accounts import audit, work
from accounts.models import Membership
from dialer.campaigns.lists import NEXT
from dialer.models import CampaignList

State = CampaignList.State
TEND, END, ORDER = "dialer.tend_lists", "dialer.end_list", "dialer.order_list"
FIRST = UUID(int=0)


class ListNotPossible(Exception):
    """The list is in a state from which the wanted one is not reached; `list` is as it stands."""

    def __init__(self, list_: CampaignList) -> None:
        super().__init__(list_.state)
        self.list = list_


@transaction.atomic
def save_list(list_: CampaignList, *, by: Membership, changed: Sequence[str] = ()) -> CampaignList:
    """Write a list. What already waits in it is brought into a changed order in the background."""
    is_new = list_._state.adding  # noqa: SLF001 -- Django's documented name
    if list_.state in {State.WAITING, State.RUNNING} and (is_new or "after" in changed):
        list_.state = State.WAITING if list_.after is not None else State.RUNNING
    if not is_new and "order" in changed:
        list_.ordering_from = FIRST
        work.schedule(ORDER, list_.pk)
    list_.save()
    if list_.state == State.WAITING or list_.ends_on is not None:
        work.schedule(TEND, list_.campaign_id)
    audit.record(f"campaign_list.{'made' if is_new else 'changed'}", by=by, subject=list_, fields=list(changed))
    return list_


@transaction.atomic
def change_list_state(list_: CampaignList, state: str, *, by: Membership) -> CampaignList:
    """Run, pause or end a list. Raises `ListNotPossible`. Ending it ends the waiting of its leads, in the background."""
    found: CampaignList = CampaignList.objects.select_for_update(of=("self",)).get(pk=list_.pk)
    if state not in NEXT[found.state]:
        raise ListNotPossible(found)
    found.state = state
    found.save(update_fields=["state"])
    if state == State.ENDED:
        work.schedule(END, found.pk)
    audit.record(f"campaign_list.{state}", by=by, subject=found)
    return found
