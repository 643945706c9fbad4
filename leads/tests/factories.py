"""Leads for tests. Call inside the scope of an organisation."""

import itertools
from typing import Any

from django.utils import timezone

from accounts.models import Membership
from leads.models import CustomField, FollowUp, Lead, Status

_number = itertools.count(1)


def make_lead(*, assigned_to: Membership | None = None, **fields: Any) -> Lead:
    number = next(_number)
    defaults: dict[str, Any] = {
        "name": f"Lead {number}",
        # A series of its own: tests choose numbers that begin with 9.
        "phone": f"+916000{number:06d}",
        "created_at": timezone.now(),
        "status": fields.get("status") or Status.objects.get(is_initial=True),
    }
    if assigned_to is not None:
        defaults |= {"assigned_to": assigned_to, "assigned_at": timezone.now()}
    return Lead.objects.create(**(defaults | fields))


def make_field(kind: str = CustomField.Kind.TEXT, *choices: str, **fields: Any) -> CustomField:
    """A custom field; its choices have the keys "1", "2" and so on."""
    number = CustomField.objects.count() + 1
    made = [
        {"key": str(key), "name": name, "name_hi": "", "is_active": True} for key, name in enumerate(choices, start=1)
    ]
    defaults = {"name": f"Field {number}", "number": number, "position": number, "choices": made}
    return CustomField.objects.create(kind=kind, **(defaults | fields))


def make_follow_up(lead: Lead, assigned_to: Membership, **fields: Any) -> FollowUp:
    if fields.get("done_at"):
        fields.setdefault("done_by", assigned_to)
    return FollowUp.objects.create(lead=lead, assigned_to=assigned_to, **({"due_at": timezone.now()} | fields))
