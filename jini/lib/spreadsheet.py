"""Rows on their way into somebody's spreadsheet program."""

from collections.abc import Iterable

# What makes a spreadsheet program take a cell for a formula (OWASP, CSV injection).
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class Echo:
    """A file for `csv.writer` whose `writerow` then returns the line, so that lines can be streamed."""

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
