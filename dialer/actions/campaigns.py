"""Campaigns: made from a list of leads, changed, paused, ended."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import Membership
from dialer.campaigns.enqueueing import Enqueued, enqueue
from dialer.models import Campaign, CampaignList, CampaignMember, Disposition, QueueEntry, RetryRule

# What may follow each state. An ended campaign stays ended: its leads wait no more.
NEXT = {
    Campaign.State.DRAFT: {Campaign.State.RUNNING, Campaign.State.ENDED},
    Campaign.State.RUNNING: {Campaign.State.PAUSED, Campaign.State.ENDED},
    Campaign.State.PAUSED: {Campaign.State.RUNNING, Campaign.State.ENDED},
    Campaign.State.ENDED: set(),
}


class NotPossible(Exception):
    """The campaign is in a state from which the wanted one is not reached; `campaign` is as it stands."""

    def __init__(self, campaign: Campaign) -> None:
        super().__init__(campaign.state)
        self.campaign = campaign


@transaction.atomic
def save_campaign(
    campaign: Campaign,
    *,
    by: Membership,
    members: Sequence[Membership],
    retries: Mapping[Disposition, tuple[int, int]],
    changed: Sequence[str] = (),
    order: str = CampaignList.Order.OLDEST,
) -> Campaign:
    """Write a campaign with the people who call it and its retry rules {outcome: (minutes, times)}.

    A new one has one list, which runs, in `order`.
    """
    is_new = campaign._state.adding  # noqa: SLF001 -- Django's documented name
    if is_new:
        campaign.created_by = by
    campaign.save()
    if is_new:
        CampaignList.objects.create(campaign=campaign, name=_("List %(number)s") % {"number": 1}, order=order)
    _set_members(campaign, members)
    RetryRule.objects.filter(campaign=campaign).delete()
    RetryRule.objects.bulk_create(
        RetryRule(campaign=campaign, disposition=outcome, delay_minutes=minutes, attempts=times)
        for outcome, (minutes, times) in retries.items()
    )
    audit.record(f"campaign.{'made' if is_new else 'changed'}", by=by, subject=campaign, fields=list(changed))
    return campaign


def _set_members(campaign: Campaign, members: Sequence[Membership]) -> None:
    CampaignMember.objects.filter(campaign=campaign).exclude(member__in=members).delete()
    there = set(CampaignMember.objects.filter(campaign=campaign).values_list("member_id", flat=True))
    CampaignMember.objects.bulk_create(
        CampaignMember(campaign=campaign, member=member) for member in members if member.pk not in there
    )


@transaction.atomic
def fill_list(of: CampaignList, leads: Any, *, by: Membership) -> Enqueued:
    """Let `leads` (a queryset) wait in the list; say how many do, and why the others do not."""
    result = enqueue(leads, of)
    audit.record("campaign.filled", by=by, subject=of.campaign, added=result.added)
    return result


@transaction.atomic
def change_state(campaign: Campaign, state: str, *, by: Membership) -> Campaign:
    """Run, pause or end a campaign. Raises `NotPossible`. Ending it ends the waiting of its leads."""
    found: Campaign = Campaign.objects.select_for_update().get(pk=campaign.pk)
    if state not in NEXT[Campaign.State(found.state)]:
        raise NotPossible(found)
    found.state = state
    found.save(update_fields=["state"])
    if state == Campaign.State.ENDED:
        CampaignList.objects.filter(campaign=found).update(state=CampaignList.State.ENDED)
        waiting = QueueEntry.objects.filter(campaign=found, finished_at=None)
        waiting.update(
            finished_at=timezone.now(),
            finished_because=QueueEntry.Finished.CAMPAIGN_ENDED,
            leased_to=None,
            lease_until=None,
        )
    audit.record(f"campaign.{state}", by=by, subject=found)
    return found
