"""A slice of a table into two files: exact lines of JSON, and lines of CSV that no spreadsheet calculates.

PostgreSQL writes both, in one statement, so that they say the same of the same moment, and no row passes through Python.
"""

import io
import json
from collections.abc import Iterable
from typing import Any

from django.db import connection
from django.db.models import BooleanField, CharField, Field, GeneratedField, GenericIPAddressField, JSONField, TextField

from jini.lib.encryption import EncryptedJSONField, EncryptedTextField
from jini.lib.spreadsheet import harmless
from privacy.exporting.scope import Part

SLICE = 20_000
# Neither stands in JSON, which writes control characters as \u0001, and CSV is written without them.
_BETWEEN = b"\x02"
# What a spreadsheet takes for the beginning of a formula (reliability.md, abuse 16), also in full width.
_FORMULA = "=+-@\uff1d\uff0b\uff0d\uff20"


def write_slice(part: Part, after: Any, exact: Any, sheet: Any) -> tuple[int, Any]:
    """Append the rows behind the key `after` to the two open binary files; return how many, and the last one's key.

    The key is None when no more rows follow.
    """
    fields = part.fields
    rows = part.rows.filter(pk__gt=after) if after is not None else part.rows
    chosen = rows.order_by("pk").values(*(field.attname for field in fields.values()))[:SLICE]
    if any(isinstance(_stored(field), EncryptedTextField | EncryptedJSONField) for field in fields.values()):
        lines = _decrypted(chosen, fields)
    else:
        lines = _copied(chosen, fields)
    count, last = 0, b""
    for one, other in lines:
        exact.write(one + b"\n")
        sheet.write(other + b"\r\n")
        count, last = count + 1, one
    key = json.loads(last)[next(iter(fields))] if count == SLICE else None
    return count, key


def header(part: Part) -> bytes:
    """The first line of the CSV file; with the mark by which Excel knows UTF-8."""
    return "\ufeff".encode() + ",".join(f'"{name}"' for name in part.fields).encode() + b"\r\n"


def _copied(chosen: Any, fields: dict[str, Any]) -> Iterable[tuple[bytes, bytes]]:
    statement, values = chosen.query.sql_with_params()
    cells = ", ".join(_cell(name, field) for name, field in fields.items())
    columns = ", ".join(_text(name, field) for name, field in fields.items())
    # PostgreSQL's own text of a row is a line of CSV in brackets, unless it holds a backslash; made cell by cell, which
    # takes six times as long, are only lines in which something could be a formula or a control character.
    query = (
        f"COPY (SELECT _exact, CASE WHEN _plain ~ {_SUSPECT} THEN concat_ws(',', {cells})"  # noqa: S608 -- as below
        " ELSE substr(_plain, 2, length(_plain) - 2) END"
        # Only names of our own columns are put in as text.
        f" FROM (SELECT r.*, row_to_json(r)::text AS _exact, ROW({columns})::text AS _plain"
        f" FROM ({statement}) r OFFSET 0) r) "
        r"TO STDOUT WITH (FORMAT csv, DELIMITER E'\x02', QUOTE E'\x01', ESCAPE E'\x01')"
    )
    out = io.BytesIO()
    with connection.cursor() as cursor:
        cursor.cursor.copy_expert(cursor.cursor.mogrify(query, values).decode(), out)
    out.seek(0)
    for line in out:
        exact, _, sheet = line.rstrip(b"\n").partition(_BETWEEN)
        yield exact, sheet


def _cell(name: str, field: Any) -> str:
    """The SQL of one cell: quoted, without control characters, and harmless where somebody could write into it."""
    column = f"r.{connection.ops.quote_name(name)}"
    if not isinstance(_stored(field), CharField | TextField | JSONField):
        return f"""'"' || coalesce({_text(name, field)}::text, '') || '"'"""
    plain = f"translate(coalesce({column}::text, ''), {_CONTROLS}, repeat(' ', 31))"
    begins = f"left(ltrim({plain}), 1) = ANY ({_LETTERS})"
    # As `jini.lib.spreadsheet.harmless` has it: a phone number stays one.
    mark = f"CASE WHEN {begins} THEN CASE WHEN {column}::text ~ '^[+][0-9]+$' THEN '' ELSE '''' END ELSE '' END"
    return f"""'"' || {mark} || replace({plain}, '"', '""') || '"'"""


def _text(name: str, field: Any) -> str:
    """The SQL of what a column shows as text by itself, where that is not what a row shows of it."""
    column = f"r.{connection.ops.quote_name(name)}"
    if isinstance(_stored(field), BooleanField):
        return f"{column}::text"
    if isinstance(_stored(field), GenericIPAddressField):
        return f"host({column})"
    return column


_CONTROLS = "E'" + "".join(f"\\x{number:02x}" for number in range(1, 32)) + "'"
_LETTERS = "string_to_array('" + ",".join(_FORMULA) + "', ',')"
# In the text of a row: a cell that begins like a formula and is no phone number, a control character, a backslash.
_SUSPECT = (
    rf"""E'[(,]"? *[{_FORMULA.replace("-", "").replace("+", "")}-]|[(,]"? +[+]|[(,]"?[+](?![0-9]+"?[,)])"""
    r"""|[\x01-\x1f\\\\]'"""
)


def _decrypted(chosen: Any, fields: dict[str, Any]) -> Iterable[tuple[bytes, bytes]]:
    """The same lines where a column is encrypted, which PostgreSQL cannot read: such tables have few rows."""
    for row in chosen:
        named = {name: row[field.attname] for name, field in fields.items()}
        exact = json.dumps(named, default=_said, ensure_ascii=False, separators=(",", ":"))
        cells = [_plain(value) for value in named.values()]
        yield exact.encode(), ",".join('"{}"'.format(str(cell).replace('"', '""')) for cell in harmless(cells)).encode()


def _plain(value: Any) -> str:
    text = "" if value is None else value if isinstance(value, str) else json.dumps(value, default=_said)
    return "".join(max(letter, " ") for letter in text.strip('"'))


def _said(value: Any) -> str:
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _stored(field: "Field[Any, Any]") -> Any:
    return field.output_field if isinstance(field, GeneratedField) else field
