"""Putting many leads into a campaign that is there already: what the lead list offers of campaigns."""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from accounts.permissions import Permission
from dialer.campaigns.enqueueing import enqueue
from dialer.models import Campaign, QueueEntry
from jini.lib.lead_bulk import BulkVerb
from leads.models import Lead, Status
from privacy.models import DoNotCall


class CampaignChoice(forms.Form):
    """A campaign that has not ended."""

    template = ""
    campaign = forms.ModelChoiceField(label=_("Campaign"), queryset=Campaign.objects.none())

    def __init__(self, *args: Any, by: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["campaign"]
        field.queryset = _open(by)
        field.label_from_instance = lambda campaign: campaign.name

    def params(self) -> dict[str, Any]:
        return {"campaign": str(self.cleaned_data["campaign"].pk)}


def add(lead_ids: Sequence[uuid.UUID], params: Mapping[str, Any], by: Membership) -> dict[uuid.UUID, str]:
    """Let the leads wait in the campaign; return why others do not."""
    campaign = _open(by).filter(pk=params["campaign"]).first()
    if campaign is None:
        return dict.fromkeys(lead_ids, "campaign")
    leads = Lead.objects.filter(pk__in=lead_ids)
    barred = DoNotCall.objects.filter(phone__in=leads.values("phone")).values("phone")
    reasons = dict.fromkeys(leads.filter(phone__in=barred).values_list("pk", flat=True), "barred")
    reasons |= dict.fromkeys(
        leads.filter(status__kind__in=sorted(Status.CLOSED)).values_list("pk", flat=True), "closed"
    )
    waiting = QueueEntry.objects.filter(lead__in=lead_ids, finished_at=None)
    reasons |= dict.fromkeys(waiting.values_list("lead", flat=True), "waits")
    enqueue(leads, campaign)
    return reasons


def _open(by: Membership) -> Any:
    return Campaign.objects.visible_to(by).exclude(state=Campaign.State.ENDED).order_by("name")


ADD = BulkVerb(
    key="campaign",
    label=_("Add to a campaign"),
    icon="speakerphone",
    permission=Permission.CAMPAIGN_EDIT,
    says=_("The leads wait to be called there. Those that wait elsewhere stay where they are."),
    form=CampaignChoice,
    apply=add,
    reasons={
        "campaign": _("The campaign has ended."),
        "closed": _("It is in a closed status."),
        "waits": _("It waits in a campaign already."),
        "barred": _("Its numbers are on do not call."),
    },
)
