"""Putting many leads into a list of a campaign that is there already: what the lead list offers of campaigns."""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from accounts.permissions import Permission
from dialer.campaigns.enqueueing import enqueue
from dialer.models import Campaign, CampaignList, QueueEntry
from jini.lib.lead_bulk import BulkVerb
from leads.models import Lead, Status
from privacy.models import DoNotCall


class ListChoice(forms.Form):
    """A list that has not ended."""

    template = ""
    list = forms.ModelChoiceField(label=_("Campaign and list"), queryset=CampaignList.objects.none())

    def __init__(self, *args: Any, by: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["list"]
        field.queryset = _open(by)
        field.label_from_instance = lambda row: f"{row.campaign.name}: {row.name}"

    def params(self) -> dict[str, Any]:
        return {"list": str(self.cleaned_data["list"].pk)}


def add(lead_ids: Sequence[uuid.UUID], params: Mapping[str, Any], by: Membership) -> dict[uuid.UUID, str]:
    """Let the leads wait in the list; return why others do not."""
    into = _open(by).filter(pk=params["list"]).first()
    if into is None:
        return dict.fromkeys(lead_ids, "campaign")
    leads = Lead.objects.filter(pk__in=lead_ids)
    barred = DoNotCall.objects.standing().filter(phone__in=leads.values("phone")).values("phone")
    reasons = dict.fromkeys(leads.filter(phone__in=barred).values_list("pk", flat=True), "barred")
    reasons |= dict.fromkeys(
        leads.filter(status__kind__in=sorted(Status.CLOSED)).values_list("pk", flat=True), "closed"
    )
    waiting = QueueEntry.objects.filter(lead__in=lead_ids, finished_at=None)
    reasons |= dict.fromkeys(waiting.values_list("lead", flat=True), "waits")
    enqueue(leads, into)
    return reasons


def _open(by: Membership) -> Any:
    campaigns = Campaign.objects.visible_to(by).exclude(state=Campaign.State.ENDED)
    lists = CampaignList.objects.open().filter(campaign__in=campaigns).select_related("campaign")
    return lists.order_by("campaign__name", "id")


ADD = BulkVerb(
    key="campaign",
    label=_("Add to a campaign"),
    icon="speakerphone",
    permission=Permission.CAMPAIGN_EDIT,
    says=_("The leads wait to be called there. Those that wait elsewhere stay where they are."),
    form=ListChoice,
    apply=add,
    reasons={
        "campaign": _("The campaign or its list has ended."),
        "closed": _("It is in a closed status."),
        "waits": _("It waits in a campaign already."),
        "barred": _("Its numbers are on do not call."),
    },
)
