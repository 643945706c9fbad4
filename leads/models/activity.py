"""The timeline of a lead: what happened, in the order it happened."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.tenancy import OrganisationOwned


class Activity(OrganisationOwned):
    """One line of a lead's timeline, written by the action that made it happen and never changed.

    `details` by kind: CALL {call, disposition, status, talk_seconds, ring_seconds, direction}; CHANGE {changes: [{field,
    old, new}]}, and of a call's outcome, in ids, with {call}; STATUS {old, new, reason} ids, without a reason where there is none; FOLLOW_UP {follow_up, due_at,
    event: created, moved, done, cancelled or reopened}; IMPORT {batch, verdict}; ASSIGNED {old, new} ids of memberships
    or null; BIN {event: deleted or restored}; FILE {file, event: added or removed, name}; NOTE {mentions} ids of
    memberships; MERGE {merge, event: merged or undone, changes}. Of a change that a bulk job made also {bulk: its id}.
    """

    class Kind(models.TextChoices):
        CREATED = "created", _("Created")
        IMPORT = "import", _("Import")
        CALL = "call", _("Call")
        NOTE = "note", _("Note")
        MESSAGE = "message", _("Message")
        STATUS = "status", _("Status")
        CHANGE = "change", pgettext_lazy("timeline", "Change")
        ASSIGNED = "assigned", _("Owner")
        FOLLOW_UP = "follow_up", _("Follow-up")
        CONSENT = "consent", _("Consent")
        BIN = "bin", _("Bin")
        FILE = "file", _("File")
        MERGE = "merge", _("Merged")

    lead = models.ForeignKey(
        "leads.Lead", on_delete=models.CASCADE, db_constraint=False, related_name="activities", db_index=False
    )
    kind = models.CharField(max_length=10, choices=Kind)
    at = models.DateTimeField()
    actor = models.ForeignKey(
        "accounts.Membership",
        on_delete=models.PROTECT,
        null=True,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    text = models.TextField(blank=True)
    details = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["organisation", "lead", "-at", "-id"], name="activity_newest_of_lead")]

    def __str__(self) -> str:
        return f"Activity {self.pk}"
