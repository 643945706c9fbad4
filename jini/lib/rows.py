"""Rows that a function of the database returned as JSON, as models."""

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, TypeVar

from django.db import DEFAULT_DB_ALIAS
from django.db.models import Model

Row = TypeVar("Row", bound=Model)


def parsed(answer: str) -> dict[str, Any]:
    """Read what PostgreSQL wrote as JSON; numbers with a point become exact decimals."""
    found: dict[str, Any] = json.loads(answer, parse_float=Decimal)
    return found


def model_of(model: type[Row], row: Mapping[str, Any]) -> Row:
    """Return the row of `model` whose columns `row` holds; Django reads those it lacks when they are asked for."""
    fields = [field for field in model._meta.concrete_fields if field.attname in row]  # noqa: SLF001 -- Django's documented name
    values = [field.to_python(row[field.attname]) for field in fields]
    return model.from_db(DEFAULT_DB_ALIAS, [field.attname for field in fields], values)
