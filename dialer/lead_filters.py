"""What the dialer adds to the filters of the lead list."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from dialer.models import Campaign, QueueEntry
from jini.lib.lead_filters import LeadFilter


def _campaigns(member: Membership) -> Sequence[tuple[str, Any]]:
    campaigns = Campaign.objects.visible_to(member).order_by("name")
    return [(str(pk), name) for pk, name in campaigns.values_list("pk", "name")]


def _of_campaign(leads: Any, values: Sequence[str]) -> Any:
    return leads.filter(Exists(QueueEntry.objects.filter(lead=OuterRef("pk"), campaign__in=values)))


# Leads that wait in the campaign, or waited there until they were called, closed or taken out.
OF_CAMPAIGN = LeadFilter("campaign", _("Campaign"), _campaigns, _of_campaign)
