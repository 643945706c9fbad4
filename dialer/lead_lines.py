"""What the dialer adds to the timeline of a lead: the campaigns that it waited in, and who skipped it."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import Membership
from dialer.models import Campaign, QueueEntry, Skip
from jini.lib.lead_lines import MOST, LeadLine

ICON = "speakerphone"


def campaigns(lead: Any, member: Membership) -> list[LeadLine]:
    """The lead's way into each campaign and out of it. Of a campaign out of sight there is the fact without its name."""
    # Said twice, since the waiting entry and the finished ones each have an index of their own.
    of_lead = Q(lead=lead, finished_at=None) | Q(lead=lead, finished_at__isnull=False)
    entries = QueueEntry.objects.filter(of_lead, campaign__isnull=False).select_related("campaign").order_by("-pk")
    rows = list(entries[: MOST // 2])
    if not rows:
        return []
    seen = set(
        Campaign.objects.visible_to(member)
        .filter(pk__in={row.campaign_id for row in rows})
        .values_list("pk", flat=True)
    )
    return [line for row in rows for line in _lines(row, row.campaign.name if row.campaign_id in seen else "–")]


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


def _why(skip: Skip) -> str:
    said = f"{skip.telecaller.name}, {skip.get_reason_display()}"
    return f"{said}: {skip.note}" if skip.note else said
