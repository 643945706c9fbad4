"""What becomes of each row, given what is known of its number: one function for the preview and for the run."""

from collections.abc import Container, Iterable, Iterator, MutableMapping
from typing import NamedTuple

from leads.importing.columns import FIELDS
from leads.importing.rows import Row, Values
from leads.models import ImportBatch, ImportRow

Duplicates = ImportBatch.Duplicates
Verdict = ImportRow.Verdict


class Decision(NamedTuple):
    """The verdict on a row; for an update what the lead was before it, and what it is after it."""

    row: Row
    verdict: str
    before: Values | None = None
    after: Values | None = None
    is_barred: bool = False


def decide(
    rows: Iterable[Row], known: MutableMapping[str, Values], duplicates: str, *, unseen: Container[str] = ()
) -> Iterator[Decision]:
    """Yield the decision on each of `rows`, in their order.

    `known` holds the values of every lead with a number of the rows, by number; what is decided is written into it, so
    that a number that comes again in the file meets the lead its first row made. Leads with a number in `unseen` are not
    for whoever imports to see: nothing is done to them, and the decision `is_barred`.
    """
    for row in rows:
        if not row.phone:
            yield Decision(row, Verdict.ERROR)
        elif (now := known.get(row.phone)) is None:
            known[row.phone] = row.values
            yield Decision(row, Verdict.NEW, after=row.values)
        elif row.phone in unseen:
            yield Decision(row, Verdict.DUPLICATE, is_barred=True)
        elif (then := merged(now, row.values, duplicates)) == now:
            yield Decision(row, Verdict.DUPLICATE)
        else:
            known[row.phone] = then
            yield Decision(row, Verdict.UPDATED, now, then)


def merged(now: Values, new: Values, duplicates: str) -> Values:
    """Return the values of a lead after a row about it: FILL writes where nothing is, UPDATE wherever the row has some."""
    if duplicates == Duplicates.FILL:
        return tuple(mine or theirs for mine, theirs in zip(now, new, strict=True))
    if duplicates == Duplicates.UPDATE:
        return tuple(theirs or mine for mine, theirs in zip(now, new, strict=True))
    return now


def differences(before: Values, after: Values, custom: Iterable[str]) -> dict[str, list[str]]:
    """Return {field: [old, new]} of what an update changes; `custom` are the keys of the batch's custom fields."""
    names = (*FIELDS, *custom)
    return {name: [old, new] for name, old, new in zip(names, before, after, strict=True) if old != new}
