"""Looking for what an erasure may have left: an independent look into every text of every table of the organisation."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.apps import apps
from django.db import connection, models
from django.db.models.fields.json import JSONField

from accounts.tenancy import OrganisationOwned, current_organisation
from jini.lib.encryption import EncryptedJSONField, EncryptedTextField
from jini.lib.personal_data import Erase, columns

Values = Mapping[str, Sequence[str]]
_TEXTS = (models.CharField, models.TextField, JSONField, models.GeneratedField)
_CIPHERS = (EncryptedTextField, EncryptedJSONField)
# Between the digits of a number as people write it.
_BETWEEN = r"[ ().\-]*"
# The last digits of a number, without the country's code, which people leave out.
_NATIONAL = 10


def tables() -> list[tuple[str, list[str]]]:
    """Return every table of organisations with its columns that hold text, but for what is kept by law."""
    kept = {(column.model, column.name) for column in columns() if column.erase is Erase.KEEP}
    found = []
    for model in apps.get_models():
        if not issubclass(model, OrganisationOwned):
            continue
        meta = model._meta  # noqa: SLF001 -- Django's documented name
        names = [
            str(field.column)
            for field in meta.concrete_fields
            if isinstance(field, _TEXTS) and not isinstance(field, _CIPHERS) and (meta.label, field.name) not in kept
        ]
        if names:
            found.append((meta.db_table, names))
    return found


def pattern(values: Values) -> str:
    """Return the regular expression of PostgreSQL, for text in lower case, that finds any of the values; "" for none."""
    phones = [_number(phone) for phone in values.get("phones", ())]
    words = [re.escape(text.lower()) for name in ("emails", "names") for text in values.get(name, ())]
    return "|".join(f"({each})" for each in [*phones, *words])


def _number(phone: str) -> str:
    digits = re.sub(r"\D", "", phone)[-_NATIONAL:]
    return r"(^|[^0-9])(\+?91|0)?" + _BETWEEN + _BETWEEN.join(digits) + r"($|[^0-9])" if digits else r"(?!)"


def look(table: str, names: Sequence[str], wanted: str) -> Iterator[tuple[str, int]]:
    """Yield each column of one table of the open scope in which something is found, with the number of rows."""
    if not wanted:
        return
    counted = ", ".join(f"count(*) FILTER (WHERE lower({_quoted(name)}::text) ~ %s)" for name in names)
    statement = f"SELECT {counted} FROM {_quoted(table)} WHERE organisation_id = %s"  # noqa: S608 -- names of our models
    asked: list[Any] = [wanted] * len(names)
    with connection.cursor() as cursor:
        cursor.execute(statement, [*asked, current_organisation().pk])
        row = cursor.fetchone()
    yield from ((f"{table}.{name}", count) for name, count in zip(names, row or (), strict=True) if count)


def _quoted(name: str) -> str:
    return str(connection.ops.quote_name(name))
