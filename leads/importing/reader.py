"""The child that opens a file nobody has checked: `python -m leads.importing.reader <csv|excel> <source> <target>`.

It knows neither Django nor the database, holds itself to limits of memory and time, writes one JSON line per row that
is not empty, `[number, [cell, …]]` (the number is that of the row in the file, from 1), and answers with one JSON object
on standard output: what was found, or `{"refusal": code}` with the codes of `leads.importing.words.REFUSALS`.
"""

import codecs
import csv
import datetime as dt
import itertools
import json
import resource
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

MOST_MEMORY = 1_500 * 1024 * 1024
MOST_SECONDS = 60
MOST_DISK = 2 * 1024 * 1024 * 1024
MOST_COLUMNS = 200
LONGEST_CELL = 100_000
SAMPLE = 64 * 1024
SNIFFED_ROWS = 60
DELIMITERS = ",;\t|"
# Control characters that no text file has.
_BINARY = frozenset({*range(9), *range(14, 27), *range(28, 32)})
_MARKUP = ("<!doctype", "<html", "<?xml", "<table", "{", "[", "%pdf")


class Refused(Exception):
    """The file is not one that can be read as a table; `code` says why, `more` fills the words."""

    def __init__(self, code: str, **more: Any) -> None:
        super().__init__(code)
        self.code = code
        self.more = more


def convert(kind: str, source: Path, target: Path) -> dict[str, Any]:
    """Write the rows of `source` to `target`; return {kind, encoding, delimiter, sheet, sheets, rows, empty, columns}.

    Raises `Refused`.
    """
    found, rows = _csv(source) if kind == "csv" else _excel(source)
    count = empty = columns = 0
    with target.open("w", encoding="ascii") as out:
        for number, cells in enumerate(rows, start=1):
            while cells and not cells[-1].strip():
                cells.pop()
            if not cells:
                empty += 1
                continue
            if len(cells) > MOST_COLUMNS:
                raise Refused("columns", row=number, most=MOST_COLUMNS)
            columns = max(columns, len(cells))
            count += 1
            out.write(json.dumps([number, cells]))
            out.write("\n")
    if not count:
        raise Refused("empty")
    return found | {"rows": count, "empty": empty, "columns": columns}


def _csv(source: Path) -> tuple[dict[str, Any], Iterator[list[str]]]:
    encoding = _encoding(source)
    lines = _lines(source, encoding)
    head = list(itertools.islice(lines, SNIFFED_ROWS))
    lines = itertools.chain(head, lines)
    if head and (told := head[0].strip().lower()).startswith("sep=") and len(told) == 5:
        # Excel's own way of naming the delimiter: a line that is not data.
        delimiter = told[4]
        next(lines)
    else:
        delimiter = _delimiter(head)
    csv.field_size_limit(LONGEST_CELL)
    found = {"kind": "csv", "encoding": encoding.removesuffix("-sig"), "delimiter": delimiter}
    return found, _records(csv.reader(lines, delimiter=delimiter))


def _records(reader: Any) -> Iterator[list[str]]:
    try:
        yield from reader
    except csv.Error as error:
        # A quote that is opened and never closed swallows the rest of the file.
        raise Refused("quote", row=reader.line_num) from error


def _encoding(source: Path) -> str:
    with source.open("rb") as file:
        sample = file.read(SAMPLE)
    if not sample.strip():
        raise Refused("empty")
    for mark, name in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if sample.startswith(mark):
            return _checked(source, [name])
    zeros = [sample[parity::2].count(0) / max(len(sample) // 2, 1) for parity in (0, 1)]
    if max(zeros) > 0.3 and min(zeros) < 0.1:
        return _checked(source, ["utf-16-be" if zeros[0] > zeros[1] else "utf-16-le"])
    if _BINARY & set(sample):
        raise Refused("binary")
    return _checked(source, ["utf-8", "cp1252"])


def _checked(source: Path, candidates: list[str]) -> str:
    """Return the first of `candidates` that decodes the whole file."""
    for encoding in candidates:
        decoder = codecs.getincrementaldecoder(encoding)()
        try:
            with source.open("rb") as file:
                start = decoder.decode(file.read(SAMPLE))
                if start.lstrip().lower().startswith(_MARKUP):
                    raise Refused("markup")
                while piece := file.read(1 << 20):
                    decoder.decode(piece)
                decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            continue
        return encoding
    raise Refused("encoding")


def _lines(source: Path, encoding: str) -> Iterator[str]:
    with source.open(encoding=encoding, newline="") as file:
        for line in file:
            # PostgreSQL keeps no NUL in a text.
            yield line.replace("\0", "")


def _delimiter(head: list[str]) -> str:
    """Return the delimiter that cuts the first rows into the same number of columns most often, more than one."""

    def score(delimiter: str) -> tuple[float, int]:
        try:
            widths = [len(row) for row in csv.reader(head, delimiter=delimiter) if any(cell.strip() for cell in row)]
        except csv.Error:
            return 0.0, 0
        if not widths:
            return 0.0, 0
        width, times = Counter(widths).most_common(1)[0]
        return (times / len(widths), width) if width > 1 else (0.0, width)

    best = max(DELIMITERS, key=score)
    return best if score(best)[0] >= 0.5 else ","


def _excel(source: Path) -> tuple[dict[str, Any], Iterator[list[str]]]:
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError  # noqa: PLC0415 -- not for a CSV file

    try:
        book = CalamineWorkbook.from_path(str(source))
        for name in book.sheet_names:
            sheet = book.get_sheet_by_name(name)
            if sheet.height:
                found = {"kind": "excel", "sheet": name, "sheets": len(book.sheet_names)}
                return found, _cells(sheet.iter_rows())
    except PasswordError as error:
        raise Refused("protected") from error
    except CalamineError as error:
        raise Refused("broken") from error
    raise Refused("empty")


def _cells(rows: Iterable[list[Any]]) -> Iterator[list[str]]:
    for row in rows:
        yield [_text(value) for value in row]


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value.replace("\0", "")
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, dt.datetime) and value.time() == dt.time():
        return value.date().isoformat()
    return value.isoformat() if isinstance(value, dt.date | dt.time) else str(value)


def _limit() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (MOST_DISK, MOST_DISK))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def main(kind: str, source: str, target: str) -> None:
    _limit()
    try:
        answer = convert(kind, Path(source), Path(target))
    except Refused as refusal:
        answer = {"refusal": refusal.code, **refusal.more}
    except MemoryError:
        answer = {"refusal": "too_complex"}
    sys.stdout.write(json.dumps(answer))


if __name__ == "__main__":
    main(*sys.argv[1:])
