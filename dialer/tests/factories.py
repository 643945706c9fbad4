"""Campaigns, queue entries and calls for tests. Call inside the scope of an organisation."""

import datetime as dt
import itertools
from typing import Any

from django.utils import timezone

from accounts.models import Membership
from dialer.actions.scripts import save_script
from dialer.models import (
    Call,
    Campaign,
    CampaignList,
    CampaignMember,
    CampaignScript,
    Disposition,
    QueueEntry,
    Script,
)
from dialer.scripts.content import Content, Step
from leads.models import Lead
from privacy.models import ContactPolicy

_number = itertools.count(1)


def make_campaign(*members: Membership, **fields: Any) -> Campaign:
    """A running campaign that `members` call, open at any time of the day, with one list."""
    defaults = {
        "name": f"Campaign {next(_number)}",
        "state": Campaign.State.RUNNING,
        "opens_at": dt.time(0),
        "closes_at": dt.time(23, 59),
    }
    script = fields.pop("script", "")
    campaign = Campaign.objects.create(**(defaults | fields))
    if script:
        give_script(campaign, Content([Step("s1", "Opening", script)]))
    CampaignMember.objects.bulk_create(CampaignMember(campaign=campaign, member=member) for member in members)
    make_list(campaign)
    return campaign


def make_list(campaign: Campaign, **fields: Any) -> CampaignList:
    return CampaignList.objects.create(campaign=campaign, **({"name": f"List {next(_number)}"} | fields))


def first_list(campaign: Campaign) -> CampaignList:
    return campaign.lists.in_order()[0]


def make_entry(lead: Lead, campaign: Campaign | CampaignList | None = None, **fields: Any) -> QueueEntry:
    """A place in a list, in the first list of a campaign, or outside of campaigns."""
    into = first_list(campaign) if isinstance(campaign, Campaign) else campaign
    where = {"campaign": into.campaign, "list": into} if into is not None else {}
    return QueueEntry.objects.create(lead=lead, **({"due_at": timezone.now()} | where | fields))


def give_script(campaign: Campaign, content: Content, *, language: str = "en") -> Script:
    """Let `campaign` have a new script of this content in a language."""
    script = save_script(Script(name=f"Script {next(_number)}", language=language), content, by=None)
    CampaignScript.objects.update_or_create(campaign=campaign, language=language, defaults={"script": script})
    return script


def make_call(
    lead: Lead, telecaller: Membership, *, talk: int | None = None, disposition: str = "", **fields: Any
) -> Call:
    """A call that is over and wrapped up: answered when `talk` seconds are given, else not answered."""
    started_at = fields.pop("started_at", timezone.now() - dt.timedelta(minutes=10))
    answered_at = started_at + dt.timedelta(seconds=5) if talk is not None else None
    ended_at = (answered_at or started_at) + dt.timedelta(seconds=talk or 20)
    defaults: dict[str, Any] = {
        "phone": lead.phone,
        "mode": Call.Mode.BRIDGE,
        "provider": "simulator",
        "started_at": started_at,
        "answered_at": answered_at,
        "ended_at": ended_at,
        "talk_seconds": talk,
        "ring_seconds": 5 if talk is not None else 20,
        "status": Call.Status.COMPLETED if talk is not None else Call.Status.NO_ANSWER,
        "agent_status": Call.Status.COMPLETED,
        "disposition": Disposition.objects.get(name=disposition) if disposition else None,
        "closed_at": ended_at + dt.timedelta(seconds=10),
        "wrap_up_seconds": 10,
    }
    return Call.objects.create(lead=lead, telecaller=telecaller, **(defaults | fields))


def open_all_day() -> None:
    """Let the contact rules allow calls at any hour, so that a test does not depend on when it runs."""
    ContactPolicy.objects.update(opens_at=dt.time(0), closes_at=dt.time.max, minimum_gap_minutes=0)
