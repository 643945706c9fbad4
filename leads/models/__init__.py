"""Leads and what the team knows of them."""

from leads.models.activity import Activity
from leads.models.bulk_job import BulkJob, BulkRow
from leads.models.consent import Consent
from leads.models.custom_field import MOST_FIELDS, CustomField
from leads.models.duplicate import LEAST_PERCENT, MOST_PERCENT, DuplicateSettings, LeadMerge, LikelyDuplicate
from leads.models.follow_up import FollowUp
from leads.models.follow_up_settings import FollowUpSettings
from leads.models.import_batch import ImportBatch, ImportRow
from leads.models.import_source import ImportKept, ImportSource, SavedMapping
from leads.models.lead import HIGHEST_SCORE, MOST_LANGUAGES, NEVER_CALLED, NO_VALUE, Lead, LeadPhone
from leads.models.lead_file import LeadFile
from leads.models.saved_view import LONGEST_QUERY, MOST_VIEWS, SavedView, ViewMark
from leads.models.status import Status, StatusReason
from leads.models.tag import LeadTag, Tag

__all__ = [
    "HIGHEST_SCORE",
    "LEAST_PERCENT",
    "LONGEST_QUERY",
    "MOST_FIELDS",
    "MOST_LANGUAGES",
    "MOST_PERCENT",
    "MOST_VIEWS",
    "NEVER_CALLED",
    "NO_VALUE",
    "Activity",
    "BulkJob",
    "BulkRow",
    "Consent",
    "CustomField",
    "DuplicateSettings",
    "FollowUp",
    "FollowUpSettings",
    "ImportBatch",
    "ImportKept",
    "ImportRow",
    "ImportSource",
    "Lead",
    "LeadFile",
    "LeadMerge",
    "LeadPhone",
    "LeadTag",
    "LikelyDuplicate",
    "SavedMapping",
    "SavedView",
    "Status",
    "StatusReason",
    "Tag",
    "ViewMark",
]
