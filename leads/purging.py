"""What leads delete by themselves when its time is over: lists that came in, and what is kept to take actions back."""

from django.db.models import DateTimeField, Func, Q
from django.db.models.functions import Greatest, Least

from jini.lib.erasing import erase_wholly
from jini.lib.ids import one_of
from jini.lib.jobs import JobState
from jini.lib.personal_data import Whose
from jini.lib.purging import Ids, Purge
from leads.importing.stored import rows_path
from leads.models import ImportBatch, Lead

OVER = (JobState.DONE, JobState.CANCELLED, JobState.FAILED)
# What the name of a file is replaced by: pages have a link there.
NAMELESS = "…"


def delete_lists(batches: Ids) -> None:
    """Delete the files of these imports."""
    for batch in ImportBatch.objects.filter(one_of("pk", batches)):
        batch.file.storage.delete(batch.file.name)
        rows_path(batch).unlink(missing_ok=True)


def forget_files_of_lists(batches: Ids) -> None:
    """Delete the files of imports whose organisation is erased; some have none any more."""
    delete_lists(list(ImportBatch.objects.filter(one_of("pk", batches)).exclude(file="").values_list("pk", flat=True)))


def empty_lists(batches: Ids) -> int:
    """Take out of these imports what came from their files; what they came to stays, since leads name their import."""
    mine = ImportBatch.objects.filter(one_of("pk", batches))
    # One that was never finished cannot be any more.
    mine.exclude(state__in=OVER).update(state=JobState.CANCELLED)
    return int(mine.update(file="", file_name=NAMELESS, header=[], preview={}, cursor={}))


def _brought(leads: Ids) -> Q:
    return Q(pk__in=Lead.everything.filter(one_of("pk", leads)).values("import_batch"))


def _named(leads: Ids) -> object:
    return one_of("lead", leads)


# Never early: any change counts as contact.
CONTACT = Greatest("created_at", "last_called_at", "updated_at")

# What a consent held until: something newer was said, it ran out, or the person was erased. What holds is never due.
HELD_UNTIL = Least(
    Func(
        *("organisation", "lead", "purpose", "channel", "obtained_at", "id"),
        function="leads_consent_replaced_at",
        output_field=DateTimeField(),
    ),
    "valid_until",
    "lead__erased_at",
)

PURGES = (
    # Last of all that hangs on them; of those that were called, a nameless row stays for the figures while calls do.
    Purge("leads", "leads.Lead", CONTACT, only=Q(erased_at=None), remove=erase_wholly, most=500),
    Purge("imports", "leads.ImportRow", "batch__created_at", ways={Whose.LEAD: _named}),
    Purge("imports", "leads.ImportKept", "batch__created_at", ways={Whose.LEAD: _named}),
    Purge(
        "imports",
        "leads.ImportBatch",
        "created_at",
        only=~Q(file=""),
        first=delete_lists,
        remove=empty_lists,
        ways={Whose.LEAD: _brought},
    ),
    Purge("jobs", "leads.BulkRow", "job__created_at", ways={Whose.LEAD: _named}),
    # An export has its file for three days, and goes by itself then: leads.actions.bulk.forget.
    Purge("jobs", "leads.BulkJob", "created_at", only=Q(file="")),
    Purge("consents", "leads.Consent", HELD_UNTIL),
    Purge("employee", "leads.ViewMark", "member__deactivated_at"),
)
