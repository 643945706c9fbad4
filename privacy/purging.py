"""What privacy deletes by itself when its time is over; `SHARED` are proofs about people whose account was erased."""

from django.db.models import Q
from django.db.models.functions import Least

from jini.lib.purging import Purge, owners_function
from jini.lib.shared_purging import OfModel
from privacy.models.erasure import OPEN

VISITS = Purge("usage", "privacy.PageVisit", "at")
PURGES = (
    VISITS,
    Purge("registry", "privacy.DndResult", "checked_at"),
    Purge("imports", "privacy.DndFile", "created_at"),
    Purge("usage_counts", "privacy.UsageCount", "day"),
    # What is in force, or not answered yet, has no such day and is never due.
    Purge("orders", "privacy.LegalHold", Least("lifted_at", "until")),
    Purge("orders", "privacy.Erasure", "finished_at", only=~Q(state__in=OPEN)),
)
SHARED = (
    OfModel(
        "acceptances",
        "privacy.Acceptance",
        "user__erased_at",
        remove=owners_function("privacy_purge_acceptances"),
    ),
    OfModel("acceptances", "privacy.Choice", "user__erased_at", remove=owners_function("privacy_purge_choices")),
    OfModel("acceptances", "privacy.AccountDeletion", "ended_at"),
)
