"""Promises and their proof: documents, acceptances, choices, do-not-call facts, rules of contact, and what is kept how long."""

from privacy.models.account_deletion import AccountDeletion
from privacy.models.cancellation import Cancellation
from privacy.models.choice import Choice
from privacy.models.contact_policy import ContactPolicy
from privacy.models.dnd_file import DndFile
from privacy.models.dnd_result import DndResult
from privacy.models.do_not_call import DoNotCall
from privacy.models.erasure import Erasure, Tombstone
from privacy.models.export import Export, ExportPart
from privacy.models.legal_hold import LegalHold
from privacy.models.noted_erasure import NotedErasure
from privacy.models.page_visit import PageVisit
from privacy.models.policy import Acceptance, Policy
from privacy.models.retention import RetentionRule, RetentionRun
from privacy.models.shared_run import SharedRun
from privacy.models.usage_count import UsageCount
from privacy.models.vault import VaultRecord

__all__ = [
    "Acceptance",
    "AccountDeletion",
    "Cancellation",
    "Choice",
    "ContactPolicy",
    "DndFile",
    "DndResult",
    "DoNotCall",
    "Erasure",
    "Export",
    "ExportPart",
    "LegalHold",
    "NotedErasure",
    "PageVisit",
    "Policy",
    "RetentionRule",
    "RetentionRun",
    "SharedRun",
    "Tombstone",
    "UsageCount",
    "VaultRecord",
]
