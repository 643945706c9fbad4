"""What a count of a campaign's leads found: at which gate each of them stands, and when it may be called."""

from typing import Any

from django.db import models

from accounts.tenancy import OrganisationOwned
from jini.lib.jobs import Job, JobState


class CampaignCount(Job, OrganisationOwned):
    """The newest count of a campaign's waiting leads, done in slices by lead; its last result stays until the next one.

    `found`, of run number `run`: {"gates": {gate: {owner: leads}}, "opens": {gate: when its first lead may be called},
    "returns": [[when, leads], …] of the day to come by five minutes, "ended": {why: {owner: leads}}, "called": {owner:
    leads}}. An owner is an id, "" for nobody; the gate of leads that may be called now is "".
    """

    campaign = models.ForeignKey(
        "dialer.Campaign", on_delete=models.CASCADE, db_constraint=False, db_index=False, related_name="+"
    )
    # The lead after which the next slice begins.
    upto = models.UUIDField(null=True)
    run = models.PositiveIntegerField(default=0)
    found: Any = models.JSONField(default=dict)
    found_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "campaign"], name="campaign_count_once")]

    def __str__(self) -> str:
        return f"CampaignCount {self.pk}"

    @property
    def is_going_on(self) -> bool:
        return self.state in {JobState.QUEUED, JobState.RUNNING}


class CountedLead(OrganisationOwned):
    """A lead as a run of the count met it: the first gate that failed, and when it may be called.

    `opens_at` is null when waiting alone does not help.
    """

    campaign = models.ForeignKey(
        "dialer.Campaign", on_delete=models.CASCADE, db_constraint=False, db_index=False, related_name="+"
    )
    run = models.PositiveIntegerField()
    lead = models.ForeignKey(
        "leads.Lead", on_delete=models.CASCADE, db_constraint=False, db_index=False, related_name="+"
    )
    gate = models.CharField(max_length=20, blank=True)
    opens_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "lead", "campaign", "run"], name="counted_lead_once"),
        ]
        indexes = [models.Index(fields=["organisation", "campaign", "run", "gate", "id"], name="counted_lead_by_gate")]

    def __str__(self) -> str:
        return f"CountedLead {self.pk}"
