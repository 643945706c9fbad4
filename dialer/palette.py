"""What the dialer adds to the search of the shell."""

from django.utils.translation import pgettext_lazy

from accounts.models import Membership
from accounts.permissions import Permission
from dialer.models import Campaign
from jini.lib.palette import Entry, Source

MOST = 5


def _campaigns(member: Membership, words: str) -> list[Entry]:
    if not member.may(Permission.CAMPAIGN_VIEW):
        return []
    found = Campaign.objects.visible_to(member).filter(name__icontains=words).order_by("name", "pk")[:MOST]
    return [
        Entry(campaign.get_absolute_url(), "speakerphone", campaign.name, str(campaign.get_state_display()))
        for campaign in found
    ]


CAMPAIGNS = Source("campaigns", pgettext_lazy("navigation", "Campaigns"), _campaigns)
