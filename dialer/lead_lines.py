"""What the dialer adds to the timeline of a lead: campaigns that it waited in, who skipped it, and calls that we missed."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import Membership
from dialer.models import CallerMessage, Campaign, IncomingCall, QueueEntry, RecordingWish, Skip
from dialer.recording_panel import messages_of
from jini.lib.lead_lines import MOST, LeadLine
from jini.lib.words import duration

ICON = "speakerphone"


def campaigns(lead: Any, member: Membership) -> list[LeadLine]:
    """The lead's way into each campaign and out of it. Of a campaign out of sight there is the fact without its name."""
    # Said twice, since the waiting entry and the finished ones each have an index of their own.
    of_lead = Q(lead=lead, finished_at=None) | Q(lead=lead, finished_at__isnull=False)
    entries = QueueEntry.objects.filter(of_lead, campaign__isnull=False).select_related("campaign").order_by("-pk")
    seen = Campaign.objects.visible_to(member).filter(pk=OuterRef("campaign"))
    rows = entries.annotate(is_seen=Exists(seen))[: MOST // 2]
    return [line for row in rows for line in _lines(row, row.campaign.name if row.is_seen else "–")]


def _lines(entry: QueueEntry, name: str) -> Iterator[LeadLine]:
    # An id of version 7 begins with the millisecond in which it was made.
    added_at = dt.datetime.fromtimestamp((entry.pk.int >> 80) / 1000, tz=dt.UTC)
    yield LeadLine(added_at, ICON, _("Campaign"), _("added to %(name)s") % {"name": name})
    if entry.finished_at is not None:
        why = QueueEntry.Finished(entry.finished_because).label if entry.finished_because else ""
        more = _("out of %(name)s") % {"name": name}
        yield LeadLine(entry.finished_at, ICON, _("Campaign"), f"{more}, {why}" if why else more)


def skips(lead: Any, _member: Membership) -> list[LeadLine]:
    """Who laid the lead down without calling it, and why."""
    rows = Skip.objects.filter(lead=lead).select_related("telecaller__user").order_by("-at")[:MOST]
    return [LeadLine(row.at, "player-skip-forward", _("Skipped"), _why(row)) for row in rows]


def recording_wishes(lead: Any, _member: Membership) -> list[LeadLine]:
    """That the lead did not want to be recorded, who noted it and why; and who noted that it may be again."""
    wishes = RecordingWish.objects.filter(lead=lead).select_related("noted_by__user", "withdrawn_by__user")
    lines = []
    for wish in wishes.order_by("-noted_at")[: MOST // 2]:
        said = f"{wish.noted_by.name}: {wish.reason}" if wish.reason else wish.noted_by.name
        lines.append(LeadLine(wish.noted_at, "microphone-off", _("Does not want to be recorded"), said))
        if wish.withdrawn_by is not None:
            more = wish.withdrawn_by.name
            lines.append(LeadLine(wish.withdrawn_at, "microphone", _("May be recorded again"), more))
    return lines


def _why(skip: Skip) -> str:
    said = f"{skip.telecaller.name}, {skip.get_reason_display()}"
    return f"{said}: {skip.note}" if skip.note else said


def missed_calls(lead: Any, member: Membership) -> list[LeadLine]:
    """The calls of the lead that nobody answered, with what was said onto the voicemail."""
    rows = list(IncomingCall.objects.missed().filter(lead=lead).order_by("-started_at")[:MOST])
    messages = messages_of(rows, member)
    return [
        LeadLine(row.started_at, "phone-x", _("Missed call"), _missed(row), _sound(messages.get(row.pk)))
        for row in rows
    ]


def _sound(message: CallerMessage | None) -> str:
    playable = message is not None and message.is_playable
    return reverse("dialer:caller_message", args=[message.incoming_id]) if message is not None and playable else ""


def _missed(row: IncomingCall) -> str:
    why = str(row.get_missed_display())
    if not row.message_id:
        return why
    return f"{why}, " + _("message of %(time)s on the voicemail") % {"time": duration(row.message_seconds)}
