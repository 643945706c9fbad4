"""Calls, their outcomes, and the queue that hands them out."""

from dialer.models.call import Call, CallEvent
from dialer.models.call_log_import import CallLogImport
from dialer.models.calling import LeftOut, Skip
from dialer.models.campaign import Campaign, CampaignMember, QueueEntry, RetryRule
from dialer.models.campaign_list import CampaignList
from dialer.models.counting import CampaignCount, CountedLead
from dialer.models.device import Device, DeviceBatch, DeviceCall, PairingCode
from dialer.models.disposition import Disposition
from dialer.models.replay import InboxDay, Replay, ReplayDifference
from dialer.models.script import CallScript, CampaignScript, Script, ScriptVersion
from dialer.models.settings import DialerSettings
from dialer.models.simulated import SimulatedCall
from dialer.models.telephony import TelephonyAccount

__all__ = [
    "Call",
    "CallEvent",
    "CallLogImport",
    "CallScript",
    "Campaign",
    "CampaignCount",
    "CampaignList",
    "CampaignMember",
    "CampaignScript",
    "CountedLead",
    "Device",
    "DeviceBatch",
    "DeviceCall",
    "DialerSettings",
    "Disposition",
    "InboxDay",
    "LeftOut",
    "PairingCode",
    "QueueEntry",
    "Replay",
    "ReplayDifference",
    "RetryRule",
    "Script",
    "ScriptVersion",
    "SimulatedCall",
    "Skip",
    "TelephonyAccount",
]
