"""What goes when an organisation is emptied."""

from dialer.models import (
    Call,
    CallEvent,
    Campaign,
    CampaignList,
    CampaignMember,
    DeviceBatch,
    DeviceCall,
    InboxDay,
    LeftOut,
    QueueEntry,
    Replay,
    ReplayDifference,
    RetryRule,
    SimulatedCall,
)
from jini.lib.removal import delete_all


def empty() -> dict[str, int]:
    return delete_all(
        ReplayDifference,
        Replay,
        InboxDay,
        DeviceCall,
        DeviceBatch,
        SimulatedCall,
        CallEvent,
        Call,
        QueueEntry,
        RetryRule,
        LeftOut,
        CampaignMember,
        CampaignList,
        Campaign,
    )
