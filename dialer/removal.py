"""What goes when an organisation is emptied."""

from dialer.models import (
    Call,
    CallEvent,
    CallLogImport,
    CallScript,
    Campaign,
    CampaignCount,
    CampaignList,
    CampaignMember,
    CampaignScript,
    CountedLead,
    DeviceBatch,
    DeviceCall,
    InboxDay,
    LeftOut,
    QueueEntry,
    Replay,
    ReplayDifference,
    RetryRule,
    Script,
    ScriptVersion,
    SimulatedCall,
    Skip,
)
from jini.lib.removal import delete_all


def empty() -> dict[str, int]:
    return delete_all(
        CallScript,
        CampaignScript,
        ScriptVersion,
        Script,
        ReplayDifference,
        Replay,
        InboxDay,
        DeviceCall,
        DeviceBatch,
        Skip,
        CallLogImport,
        SimulatedCall,
        CallEvent,
        Call,
        QueueEntry,
        RetryRule,
        LeftOut,
        CountedLead,
        CampaignCount,
        CampaignMember,
        CampaignList,
        Campaign,
    )
