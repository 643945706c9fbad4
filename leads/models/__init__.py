"""Leads and what the team knows of them."""

from leads.models.activity import Activity
from leads.models.follow_up import FollowUp
from leads.models.import_batch import ImportBatch, ImportRow
from leads.models.lead import NEVER_CALLED, NO_VALUE, Lead, LeadPhone, LeadTag
from leads.models.status import Status
from leads.models.tag import Tag

__all__ = [
    "NEVER_CALLED",
    "NO_VALUE",
    "Activity",
    "FollowUp",
    "ImportBatch",
    "ImportRow",
    "Lead",
    "LeadPhone",
    "LeadTag",
    "Status",
    "Tag",
]
