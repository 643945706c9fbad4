"""Giving a call another outcome, once it is wrapped up and the telecaller has gone on."""

import uuid

from django.db import transaction

from accounts import audit
from accounts.models import Membership
from dialer.actions.wrap_up import OUTCOME_CHANGED, bar_numbers, bring_up_to_date, move_lead, refuse_unfitting
from dialer.campaigns.settling import settle, waiting_of
from dialer.defaults import disposition_labels
from dialer.models import Call, Disposition
from leads.actions.editing import write
from leads.models import Activity


class NotWrappedUp(Exception):
    """The call is on the line or waits for its first outcome, which is chosen in the wrap-up."""


class OutcomeMoved(Exception):
    """Somebody else gave the call another outcome meanwhile. `call` is the call as it stands."""

    def __init__(self, call: Call) -> None:
        super().__init__(str(call))
        self.call = call


@transaction.atomic
def change_outcome(
    call: Call, disposition: Disposition, *, by: Membership, was: uuid.UUID | None, reason: str = ""
) -> Call:
    """Give a wrapped-up call the outcome `disposition`; both outcomes and `reason` stay on the lead's timeline.

    `was` is the outcome that the form showed. Figures and the lead's last outcome follow. "Do not call" bars the
    person's numbers; another outcome in its place does not free them, since the bar is a fact of its own. The lead moves
    to the status of the outcome only when this is the last call to it. Follow-ups and the queue stay as people left
    them meanwhile; only where the system had closed the call, the lead's place follows the outcome. Raises `NotWrappedUp`, `OutcomeMoved` and `TalkDoesNotFit`.
    """
    row: Call = (
        Call.objects.select_for_update(of=("self",))
        .select_related("lead__assigned_to", "telecaller", "disposition")
        .get(pk=call.pk)
    )
    if row.closed_at is None:
        raise NotWrappedUp
    old = row.disposition_id
    if old == disposition.pk:
        return row
    if old != was:
        raise OutcomeMoved(row)
    refuse_unfitting(row, disposition)
    was_closed_by_system = row.disposition is not None and row.disposition.system_code != ""
    row.disposition = disposition
    row.save(update_fields=["disposition"])
    _write_history(row, old, by=by, reason=reason)
    if was_closed_by_system:
        _settle_again(row)
    if _is_last(row):
        move_lead(row.lead, disposition, by=by)
    bring_up_to_date(row)
    if disposition.is_do_not_call:
        bar_numbers(row, by=by)
    audit.record(OUTCOME_CHANGED, by=by, subject=row, old=str(old) if old else None, new=str(disposition.pk))
    return row


def changes_of(call: Call) -> list[tuple[Activity, str, str]]:
    """Return each change of the outcome with what it was and what it became, in words, the newest first."""
    lines = Activity.objects.filter(lead=call.lead_id, kind=Activity.Kind.CHANGE, details__call=str(call.pk))
    rows = list(lines.select_related("actor__user").order_by("-at", "-id"))
    labels = {str(pk): label for pk, label in disposition_labels().items()} if rows else {}
    changes = [(row, row.details["changes"][0]) for row in rows]
    return [(row, labels.get(said["old"] or "", ""), labels.get(said["new"] or "", "")) for row, said in changes]


def _write_history(call: Call, old: uuid.UUID | None, *, by: Membership, reason: str) -> None:
    change = {"field": "outcome", "old": str(old) if old else None, "new": str(call.disposition_id)}
    write(call.lead, Activity.Kind.CHANGE, by=by, text=reason, details={"call": str(call.pk), "changes": [change]})


def _settle_again(call: Call) -> None:
    """Let the lead wait as the outcome says, unless somebody has it in hand or has called it meanwhile."""
    entry = waiting_of(call.lead_id)
    if entry is not None and entry.leased_to_id is None and _is_last(call):
        # This call is counted already.
        entry.attempts = max(0, entry.attempts - 1)
        entry.save(update_fields=["attempts"])
        settle(call)


def _is_last(call: Call) -> bool:
    """Whether nobody has called the lead since."""
    return not Call.objects.filter(lead=call.lead_id, started_at__gt=call.started_at).exists()
