"""What goes when an organisation is emptied."""

from dialer.models import Call, CallEvent, Campaign, CampaignMember, QueueEntry, RetryRule
from jini.lib.removal import delete_all


def empty() -> dict[str, int]:
    return delete_all(CallEvent, Call, QueueEntry, RetryRule, CampaignMember, Campaign)
