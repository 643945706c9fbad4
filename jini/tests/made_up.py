"""A row for any table of an organisation, inside its scope: what it has to refer to is whatever is there."""

import datetime as dt
from typing import Any

from django.db import models
from django.utils import timezone

from accounts.models import Membership, Organisation
from jini.lib.ids import uuid7

LONG_AGO = dt.datetime(2010, 1, 1, tzinfo=dt.UTC)
# What the database asks of rows that are made up.
_FIELDS: dict[str, dict[str, Any]] = {
    "dialer.Participant": {"kind": "supervisor", "plan": ""},
    "dialer.RetryRule": {"delay_minutes": 5},
    "dialer.Control": {"kind": "digits", "state": "failed"},
    "dialer.CallCharge": {"currency": ""},
    "privacy.UsageCount": {"people": 9},
    "privacy.DndResult": {"is_registered": False, "phone": "+919000099908", "checked_at": LONG_AGO},
}


# Columns that may be empty, and of these rows are not.
_ALSO = {
    "dialer.Participant": {"member"},
    "dialer.Control": {"answered_at"},
    "dialer.CallCharge": {"call", "telecaller"},
}


def made_up(model: Any, organisation: Organisation, *, text: str = "x", **given: Any) -> Any:
    """Return a row of `model` that the database takes, not yet saved; what may be empty is, and free texts are `text`."""
    fields: dict[str, Any] = {"organisation": organisation} | _FIELDS.get(model._meta.label, {}) | given
    for field in model._meta.concrete_fields:
        is_given = field.primary_key or field.name in fields
        if is_given or field.has_default() or field.has_db_default() or isinstance(field, models.GeneratedField):
            continue
        if not field.null or field.name in _ALSO.get(model._meta.label, ()):
            fields[field.name] = _value(field, organisation, text)
    return model(**fields)


def _value(field: Any, organisation: Organisation, text: str) -> Any:
    if isinstance(field, models.ForeignKey):
        return _one(field.related_model, organisation)
    if field.choices:
        return field.flatchoices[0][0]
    if isinstance(field, models.DateTimeField | models.DateField):
        now = timezone.now()
        return now if isinstance(field, models.DateTimeField) else now.date()
    if isinstance(field, models.UUIDField):
        return uuid7()
    if isinstance(field, models.JSONField):
        return {}
    return 1 if isinstance(field, models.IntegerField | models.DecimalField) else text[: field.max_length]


def _one(model: Any, organisation: Organisation) -> Any:
    rows = getattr(model, "everything", model.objects)
    return (rows.filter(organisation=organisation) if model is Membership else rows).first()
