"""What goes when an organisation is emptied."""

from dialer.models import Call, CallEvent, Campaign, CampaignMember, LeftOut, QueueEntry, RetryRule, SimulatedCall
from jini.lib.removal import delete_all


def empty() -> dict[str, int]:
    return delete_all(SimulatedCall, CallEvent, Call, QueueEntry, RetryRule, LeftOut, CampaignMember, Campaign)
