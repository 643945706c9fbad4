"""What goes when an organisation is emptied."""

from jini.lib.removal import delete_all
from privacy.models import (
    Cancellation,
    DndFile,
    DndResult,
    DoNotCall,
    Erasure,
    Export,
    ExportPart,
    LegalHold,
    PageVisit,
    RetentionRun,
    Tombstone,
    UsageCount,
)


def empty() -> dict[str, int]:
    proofs = (Cancellation, Erasure, Tombstone, LegalHold, RetentionRun)
    return delete_all(ExportPart, Export, DndFile, DndResult, DoNotCall, PageVisit, UsageCount, *proofs)
