"""Erasing leads: who they are, taking them out of sight, and what is left of one that was called."""

import uuid
from functools import partial

from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone

from accounts.tenancy import current_organisation
from jini.lib import lead_watch
from jini.lib.erasing import Ids, Step, Subject
from jini.lib.ids import one_of
from jini.lib.purging import delete_rows
from leads.actions.removing import remove_leads
from leads.bulk.actions import EXPORT
from leads.bulk.exporting import part
from leads.models import BulkJob, BulkRow, Consent, ImportKept, ImportRow, Lead, LeadFile, LeadPhone
from leads.purging import delete_lists, empty_lists

# No number of anybody: no country code begins with 0. Calls of an erased lead have it, too.
NO_NUMBER = "+000000"
_STRIP = """
UPDATE leads_lead SET name = '', phone = %s, email = '', address = '', city = '', region = '', pin = '', language = '',
    other_languages = '{}', source = '', legal_ground = '', value = NULL, score = NULL, custom = '{}', assigned_to_id = NULL,
    assigned_at = NULL, erased_at = %s, deleted_at = coalesce(deleted_at, %s), deleted_by_id = coalesce(deleted_by_id, %s),
    updated_at = %s, version = version + 1
WHERE organisation_id = %s AND id = ANY(%s::uuid[])
"""


def whole(lead: uuid.UUID) -> list[uuid.UUID]:
    """Return the lead and every one that was merged into it, over any number of merges."""
    found, new = {lead}, {lead}
    while new:
        new = set(Lead.everything.filter(one_of("merged_into", new)).values_list("pk", flat=True)) - found
        found |= new
    return sorted(found)


def values(leads: Ids) -> dict[str, list[str]]:
    """Return what tells who they are. A name counts where it has two words and no other lead has it."""
    mine = list(Lead.everything.filter(one_of("pk", leads), erased_at=None))
    further = LeadPhone.objects.filter(one_of("lead", leads)).values_list("phone", flat=True)
    names = {lead.name for lead in mine if " " in lead.name.strip()}
    shared = Lead.everything.filter(name__in=names).exclude(one_of("pk", leads)).values_list("name", flat=True)
    return {
        "phones": sorted({*(lead.phone for lead in mine), *further}),
        "emails": sorted({lead.email.lower() for lead in mine if lead.email}),
        "names": sorted(names - set(shared)),
    }


def hide(leads: Ids) -> None:
    """Put them into the bin, where nobody works on them, and take them out of queues."""
    shown = list(Lead.objects.filter(one_of("pk", leads)).select_for_update(of=("self",)).values_list("pk", flat=True))
    Lead.objects.filter(one_of("pk", shown)).update(deleted_at=timezone.now(), deleted_by=_somebody())
    for lead in shown:
        lead_watch.changed(lead, lead_watch.DELETED)


def _somebody() -> uuid.UUID:
    """The bin asks who put a lead there. Nobody did: it is said to be the organisation's first member."""
    first: uuid.UUID = current_organisation().memberships.order_by("created_at", "pk").values_list("pk", flat=True)[0]
    return first


def strip(leads: Ids) -> int:
    """Take out of the leads what tells who they are. What is left counts in figures, and has the calls."""
    now = timezone.now()
    with connection.cursor() as cursor:
        ids = [str(lead) for lead in leads]
        cursor.execute(_STRIP, [NO_NUMBER, now, now, _somebody(), now, current_organisation().pk, ids])
        return int(cursor.rowcount)


def drop(leads: Ids) -> int:
    """Remove the leads that no call refers to."""
    return len(remove_leads(leads))


SUBJECT = Subject(whole, values, hide, strip, drop)


def _of_lead(leads: Ids) -> object:
    return one_of("lead", leads)


def _lists(leads: Ids) -> Q:
    """Files that are still there and brought the leads, or met them."""
    brought = Lead.everything.filter(one_of("pk", leads), import_batch__isnull=False).values("import_batch")
    met = ImportRow.objects.filter(one_of("lead", leads)).values("batch")
    return ~Q(file="") & (Q(pk__in=brought) | Q(pk__in=met))


def _exports(leads: Ids) -> Q:
    return ~Q(file="") & Q(pk__in=BulkRow.objects.filter(one_of("lead", leads)).values("job"))


def _empty_lists(batches: Ids) -> int:
    delete_lists(batches)
    return empty_lists(batches)


def _delete_exports(jobs: Ids) -> int:
    forget_files_of_exports(jobs)
    return int(BulkJob.objects.filter(one_of("pk", jobs)).update(file="", file_until=None))


def forget_files_of_exports(jobs: Ids) -> None:
    """Delete the files of these exports."""
    for job in BulkJob.objects.filter(one_of("pk", jobs), action=EXPORT):
        for each in (path := part(job), path.with_suffix(".xlsx")):
            each.unlink(missing_ok=True)


def _delete_files(files: Ids) -> int:
    for kept in LeadFile.objects.filter(one_of("pk", files)).exclude(file=""):
        transaction.on_commit(partial(kept.file.storage.delete, kept.file.name))
    return delete_rows(LeadFile, files)


def _consents(leads: Ids) -> Q:
    """Those whose texts may say who they are; the rest of each is a proof and stays."""
    return Q(one_of("lead", leads)) & ~Q(wording="", evidence="")


def _empty_consents(consents: Ids) -> int:
    return int(Consent.objects.filter(one_of("pk", consents)).update(wording="", evidence=""))


# In this order: an export is found by its rows, and a list by what it met.
STEPS = (
    Step("leads.BulkJob", _exports, _delete_exports),
    Step("leads.BulkRow", _of_lead, partial(delete_rows, BulkRow)),
    Step("leads.Consent", _consents, _empty_consents),
    Step("leads.ImportBatch", _lists, _empty_lists),
    Step("leads.ImportKept", _of_lead, partial(delete_rows, ImportKept)),
    Step("leads.ImportRow", _of_lead, partial(delete_rows, ImportRow)),
    Step("leads.LeadFile", _of_lead, _delete_files),
)
