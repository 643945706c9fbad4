"""The further numbers of a lead. Every change locks the lead and leaves a line on its timeline."""

from django.db import IntegrityError, transaction

from accounts import audit
from accounts.models import Membership
from leads.actions.editing import PHONE_ONCE, PhoneTaken, locked, write
from leads.actions.looking import owe_look
from leads.erased import refuse_writing
from leads.models import Activity, Lead, LeadPhone
from leads.timeline import NUMBERS

MOST_NUMBERS = 10


class NumberThere(Exception):
    """The lead has this number already."""


class TooMany(Exception):
    """The lead has as many further numbers as it may have."""


@transaction.atomic
def add_number(lead: Lead, phone: str, *, kind: str, by: Membership) -> LeadPhone:
    """Add a further number in E.164. Raises `NumberThere` and `TooMany`; another lead may have it, too."""
    refuse_writing(phones=[phone])
    row = locked(lead)
    present = {number.phone: number.position for number in LeadPhone.objects.filter(lead=row)}
    if phone == row.phone or phone in present:
        raise NumberThere
    if len(present) >= MOST_NUMBERS:
        raise TooMany
    position = max(present.values(), default=0) + 1
    number: LeadPhone = LeadPhone.objects.create(lead=row, phone=phone, kind=kind, position=position)
    _tell(row, old="", new=phone, by=by)
    # A change of the lead, for whoever looks for others with this number.
    row.save(update_fields=["updated_at"])
    owe_look()
    return number


@transaction.atomic
def change_number(lead: Lead, number: LeadPhone, *, kind: str, is_active: bool, by: Membership) -> None:
    """Say what kind of number it is, and whether it is in use."""
    row = locked(lead)
    changed = LeadPhone.objects.filter(pk=number.pk, lead=row).exclude(kind=kind, is_active=is_active)
    if changed.update(kind=kind, is_active=is_active):
        audit.record("lead.number-changed", by=by, subject=row, number=str(number.pk), is_active=is_active)


@transaction.atomic
def remove_number(lead: Lead, number: LeadPhone, *, by: Membership) -> None:
    """Take the number off the lead; the second press finds nothing to do."""
    row = locked(lead)
    gone, __ = LeadPhone.objects.filter(pk=number.pk, lead=row).delete()
    if gone:
        _tell(row, old=number.phone, new="", by=by)


@transaction.atomic
def make_first(lead: Lead, number: LeadPhone, *, by: Membership) -> None:
    """Change places of `number` and the lead's first number. Raises `PhoneTaken` when it is another lead's first one."""
    row = locked(lead)
    there = LeadPhone.objects.select_for_update().filter(pk=number.pk, lead=row).first()
    if there is None:
        return
    old, row.phone, there.phone = row.phone, there.phone, row.phone
    row.version += 1
    try:
        with transaction.atomic():
            row.save(update_fields=["phone", "version", "updated_at"])
    except IntegrityError as error:
        if PHONE_ONCE not in str(error):
            raise
        raise PhoneTaken(Lead.objects.get(phone=row.phone)) from error
    there.save(update_fields=["phone"])
    change = {"field": "phone", "old": old, "new": row.phone}
    write(row, Activity.Kind.CHANGE, by=by, details={"changes": [change]})
    audit.record("lead.edited", by=by, subject=row, fields=["phone"])


def _tell(row: Lead, *, old: str, new: str, by: Membership) -> None:
    write(row, Activity.Kind.CHANGE, by=by, details={"changes": [{"field": NUMBERS, "old": old, "new": new}]})
    audit.record("lead.edited", by=by, subject=row, fields=[NUMBERS])
