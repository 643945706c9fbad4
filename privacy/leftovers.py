"""Looking for what is left of an erased organisation: by the catalogue of the database, not by what is declared."""

import re
import uuid
from collections.abc import Iterator, Mapping, Sequence

from django.db import connection

# What is to stay: the proof, what is sealed, that an erasure is noted, and what the operator did (rule 6(1)(e)).
LEFT_ON_PURPOSE = {"privacy_cancellation", "privacy_vaultrecord", "privacy_notederasure", "django_admin_log"}
# The one task that carries the organisation to its end.
_OWN_TASK = " AND task <> 'privacy.cancel'"
_TABLES = """
SELECT c.table_name, bool_or(c.column_name = 'organisation_id'),
    coalesce(array_agg(c.column_name::text) FILTER (
        WHERE c.data_type IN ('text', 'character varying', 'jsonb') OR c.udt_name = '_text' OR c.udt_name = '_varchar'
    ), '{}')
FROM information_schema.columns c JOIN information_schema.tables t USING (table_schema, table_name)
WHERE table_schema = 'public' AND t.table_type = 'BASE TABLE' GROUP BY c.table_name ORDER BY c.table_name
"""


def look(organisation_id: uuid.UUID, values: Mapping[str, Sequence[str]]) -> Iterator[tuple[str, int]]:
    """Yield each place in which something of the organisation is left, with the number of rows.

    In its own tables no row may be left; in those that organisations share, none that names it or one of `values`, the
    addresses and numbers of its people: {"phones": …, "emails": …}.
    """
    with connection.cursor() as cursor:
        cursor.execute(_TABLES)
        tables = cursor.fetchall()
        for table, has_owner, texts in tables:
            if table in LEFT_ON_PURPOSE:
                continue
            if has_owner:
                only = _OWN_TASK if table == "accounts_duetask" else ""
                cursor.execute(
                    f"SELECT count(*) FROM {_quoted(table)} WHERE organisation_id = %s{only}",  # noqa: S608 -- names of the catalogue
                    [organisation_id],
                )
            elif texts:
                wanted = "|".join(re.escape(word.lower()) for word in _words(organisation_id, values))
                matches = " OR ".join(f"lower({_quoted(column)}::text) ~ %s" for column in texts)
                cursor.execute(f"SELECT count(*) FROM {_quoted(table)} WHERE {matches}", [wanted] * len(texts))  # noqa: S608 -- as above
            else:
                continue
            if count := (cursor.fetchone() or (0,))[0]:
                yield table, count


def looked_through() -> dict[str, int]:
    """Return how many tables and columns the look goes through."""
    with connection.cursor() as cursor:
        cursor.execute(_TABLES)
        rows = [row for row in cursor.fetchall() if row[0] not in LEFT_ON_PURPOSE]
    return {"tables": len(rows), "columns": sum(len(texts) for _table, _owner, texts in rows)}


def _words(organisation_id: uuid.UUID, values: Mapping[str, Sequence[str]]) -> list[str]:
    return [str(organisation_id), organisation_id.hex, *values.get("phones", ()), *values.get("emails", ())]


def _quoted(name: str) -> str:
    return str(connection.ops.quote_name(name))
