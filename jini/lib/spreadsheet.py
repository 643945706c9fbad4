"""Rows on their way into somebody's spreadsheet program."""

import csv
from collections.abc import Iterable, Iterator

from django.http import StreamingHttpResponse

# What makes a spreadsheet program take a cell for a formula (OWASP, CSV injection).
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def csv_download(rows: Iterable[Iterable[object]], *, name: str) -> StreamingHttpResponse:
    """Answer with `rows` as a CSV file called `name`, written while it is read.

    A generator of rows runs after the view and outside its scope; it must open its own.
    """

    def lines() -> Iterator[str]:
        writer = csv.writer(_Echo())
        # Excel takes a file for UTF-8 only when it says so.
        yield "\ufeff"
        for row in rows:
            yield writer.writerow(harmless(row))

    return StreamingHttpResponse(
        lines(),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"},
    )


class _Echo:
    """A file for `csv.writer` whose `writerow` then returns the line."""

    def write(self, line: str) -> str:
        return line


def harmless(cells: Iterable[object]) -> list[str]:
    """Return the cells as text, each that would be a formula with an apostrophe before it; a phone number stays one.

    "+919000000012" is a number to every spreadsheet program; only digits behind the sign keep it without the mark.
    """
    return [_harmless(str(cell)) for cell in cells]


def _harmless(text: str) -> str:
    if not text.startswith(_FORMULA) or (text[0] == "+" and text[1:].isdigit()):
        return text
    return f"'{text}"
