"""Adding one lead by hand."""

from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts import audit
from accounts.models import Membership
from leads.actions.editing import CUSTOM, EDITABLE, PHONE_ONCE, PhoneTaken, answered, spoken, write
from leads.actions.looking import owe_look
from leads.erased import refuse_writing
from leads.models import Activity, Lead, Status
from teams.visibility import sight_of


@transaction.atomic
def create_lead(fields: Mapping[str, Any], *, by: Membership | None, assigned_to: Membership | None = None) -> Lead:
    """Add a lead with `fields` (of `EDITABLE`, at least the phone in E.164), owned by `assigned_to`.

    Without one a telecaller's own lead is theirs, and anybody else's is nobody's. Without `by` nobody added it: it came
    by itself.

    It starts in the organisation's status for new leads. Raises `PhoneTaken` when a lead has the number, also when
    two people add it in the same moment: the unique key decides. Raises `Erased` for a person who was erased.
    """
    if unknown := set(fields) - set(EDITABLE):
        raise ValueError(f"not to be set by hand: {sorted(unknown)}")
    fields = {**fields, **spoken(fields), CUSTOM: answered({}, fields.get(CUSTOM, {}))}
    refuse_writing(phones=[fields["phone"]], emails=[fields.get("email", "")])
    now = timezone.now()
    owner = assigned_to or (None if by is None or sight_of(by).unowned else by)
    try:
        with transaction.atomic():
            lead: Lead = Lead.objects.create(
                **fields,
                status=Status.objects.get(is_initial=True),
                assigned_to=owner,
                assigned_at=now if owner else None,
                created_at=now,
                created_by=by,
            )
    except IntegrityError as error:
        if PHONE_ONCE not in str(error):
            raise
        raise PhoneTaken(Lead.objects.get(phone=fields["phone"])) from error
    write(lead, Activity.Kind.CREATED, by=by)
    owe_look()
    audit.record("lead.created", by=by, subject=lead)
    return lead
