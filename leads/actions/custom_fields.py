"""Setting up the questions that an organisation asks of its leads."""

from collections.abc import Sequence

from django.db import IntegrityError, transaction
from django.db.models import Max

from accounts import audit
from accounts.models import Membership
from leads.models import CustomField

NUMBER_ONCE = "custom_field_number_once"
TRIES = 5


@transaction.atomic
def save_custom_field(field: CustomField, *, fields: Sequence[str], by: Membership) -> None:
    """Save a new or changed custom field; a new one gets the next number, which no other one ever had.

    Fields are taken out of use and never deleted, so the largest number is the last one given.
    """
    if field.number is None:
        _number(field)
    else:
        field.save()
    audit.record("custom_field.changed", by=by, subject=field, fields=list(fields))


def _number(field: CustomField) -> None:
    for left in reversed(range(TRIES)):
        field.number = (CustomField.objects.aggregate(Max("number"))["number__max"] or 0) + 1
        try:
            with transaction.atomic():
                field.save(force_insert=True)
        except IntegrityError as error:
            # Somebody took the number in this moment.
            if NUMBER_ONCE not in str(error) or not left:
                raise
        else:
            return
