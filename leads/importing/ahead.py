"""Reading the next rows while the database works on these: files and cells only, never the database."""

import gc
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import NamedTuple, Self

from leads.importing import stored
from leads.importing.columns import Fields
from leads.importing.consenting import reader_of
from leads.importing.rows import Row, RowReader
from leads.models import ImportBatch

# Rows of one transaction: less than a second.
STRETCH = 10_000


class Read(NamedTuple):
    """Rows as they were read, their cells by number, and the place in the file behind them."""

    rows: list[Row]
    cells: Mapping[int, list[str]]
    end: int


_Place = tuple[int, list[str]]


class ReadAhead:
    """Reads stretches of one batch in their order, each a little before it is asked for.

    Meanwhile nothing looks for cycles in memory: rows make none, and a tenth of the time went into looking at them.
    """

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1)
        self._next: tuple[_Place, Future[Read]] | None = None
        self._was_collecting = False

    def __enter__(self) -> Self:
        self._was_collecting = gc.isenabled()
        gc.disable()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._thread.shutdown(cancel_futures=True)
        if self._was_collecting:
            gc.enable()

    def take(self, batch: ImportBatch, start: int, fields: Fields) -> Read:
        """Return the rows from byte `start` on, and begin with those after them; `fields` are the batch's custom ones."""
        waiting, self._next = self._next, None
        # Somebody else may have gone on with the batch meanwhile, or a field is used no more.
        read = waiting[1].result() if waiting and waiting[0] == (start, [*fields]) else _read(batch, start, fields)
        if read.rows:
            self._next = (read.end, [*fields]), self._thread.submit(_read, batch, read.end, fields)
        return read


def _read(batch: ImportBatch, start: int, fields: Fields) -> Read:
    stretch = stored.stretch(batch, start, STRETCH)
    mapping = {int(column): name for column, name in batch.mapping.items()}
    consents = reader_of(batch, {name: column for column, name in mapping.items()})
    reader = RowReader(mapping, fields=fields, source=batch.options["source"], consents=consents)
    return Read([reader.read(number, cells) for number, cells in stretch.rows], dict(stretch.rows), stretch.end)
