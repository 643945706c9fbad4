"""Putting many leads into the bin, and taking them out of it."""

from jini.lib import lead_watch
from leads.actions.binning import put_into_bin, take_out_of_bin
from leads.bulk.steps import Outcome, Step, write_line_for_all
from leads.models import Activity, Lead
from privacy.tombstones import refuse


def delete(step: Step) -> Outcome:
    """Put the leads into the bin."""
    ids = [row.lead.id for row in step.rows]
    put_into_bin(ids, by=step.by)
    write_line_for_all(step, Activity.Kind.BIN, ids, {"event": "deleted"})
    lead_watch.changed_many(ids, lead_watch.DELETED)
    return Outcome()


def restore(step: Step) -> Outcome:
    """Take the leads out of the bin that are still in it, unless another lead has their number by now."""
    binned = [row.lead for row in step.rows if row.lead.deleted_at is not None]
    taken = set(Lead.objects.filter(phone__in=[lead.phone for lead in binned]).values_list("phone", flat=True))
    skipped = {row.lead.id: "changed" for row in step.rows if row.lead.deleted_at is None}
    erased = refuse([lead.phone for lead in binned])
    back = []
    for lead in binned:
        if lead.phone in taken:
            skipped[lead.id] = "phone"
        elif lead.phone in erased:
            skipped[lead.id] = "erased"
        else:
            taken.add(lead.phone)
            back.append(lead.id)
    take_out_of_bin(back)
    write_line_for_all(step, Activity.Kind.BIN, back, {"event": "restored"})
    lead_watch.changed_many(back, lead_watch.RESTORED)
    return Outcome(skipped)
