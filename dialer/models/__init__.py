"""Calls, their outcomes, and the queue that hands them out."""

from dialer.models.call import Call, CallEvent
from dialer.models.call_log_import import CallLogImport
from dialer.models.calling import LeftOut, Skip
from dialer.models.campaign import Campaign, CampaignMember, QueueEntry
from dialer.models.campaign_list import CampaignList
from dialer.models.control import Control
from dialer.models.counting import CampaignCount, CountedLead
from dialer.models.device import Device, DeviceBatch, DeviceCall, PairingCode
from dialer.models.disposition import Disposition
from dialer.models.incoming import IncomingCall, IncomingRing, IncomingSettings
from dialer.models.participant import Participant
from dialer.models.phone_number import PhoneNumber
from dialer.models.recording import (
    CallerMessage,
    Recording,
    RecordingPlay,
    RecordingSettings,
    RecordingWish,
    SimulatedRecording,
)
from dialer.models.replay import InboxDay, Replay, ReplayDifference
from dialer.models.retry_rule import RetryRule
from dialer.models.script import CallScript, CampaignScript, Script, ScriptVersion
from dialer.models.settings import DialerSettings
from dialer.models.simulated import SimulatedCall
from dialer.models.softphone import CallingChoice, Softphone
from dialer.models.spending import CallCharge, Dialling, InstallationStop
from dialer.models.sub_account import SubAccount
from dialer.models.telephony import TelephonyAccount
from dialer.models.voicemail import MessageDrop, VoicemailMessage

__all__ = [
    "Call",
    "CallCharge",
    "CallEvent",
    "CallLogImport",
    "CallScript",
    "CallerMessage",
    "CallingChoice",
    "Campaign",
    "CampaignCount",
    "CampaignList",
    "CampaignMember",
    "CampaignScript",
    "Control",
    "CountedLead",
    "Device",
    "DeviceBatch",
    "DeviceCall",
    "DialerSettings",
    "Dialling",
    "Disposition",
    "InboxDay",
    "IncomingCall",
    "IncomingRing",
    "IncomingSettings",
    "InstallationStop",
    "LeftOut",
    "MessageDrop",
    "PairingCode",
    "Participant",
    "PhoneNumber",
    "QueueEntry",
    "Recording",
    "RecordingPlay",
    "RecordingSettings",
    "RecordingWish",
    "Replay",
    "ReplayDifference",
    "RetryRule",
    "Script",
    "ScriptVersion",
    "SimulatedCall",
    "SimulatedRecording",
    "Skip",
    "Softphone",
    "SubAccount",
    "TelephonyAccount",
    "VoicemailMessage",
]
