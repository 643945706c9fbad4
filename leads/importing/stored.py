"""The rows of an upload as the child left them: one JSON line each, read from where the last step stopped."""

import itertools
import json
from pathlib import Path
from typing import NamedTuple

from leads.models import ImportBatch


class Stretch(NamedTuple):
    """Some rows in their order as (number, cells), and the place in bytes behind the last one."""

    rows: list[tuple[int, list[str]]]
    end: int


def rows_path(batch: ImportBatch) -> Path:
    """Return where the rows of `batch` are: beside its file."""
    return Path(batch.file.storage.path(f"{batch.pk}.rows"))


def head(batch: ImportBatch, count: int) -> list[list[str]]:
    """Return the cells of the first `count` rows, the heading among them."""
    with rows_path(batch).open("rb") as file:
        return [json.loads(line)[1] for line in itertools.islice(file, count)]


def stretch(batch: ImportBatch, start: int, most: int) -> Stretch:
    """Return up to `most` rows from byte `start` on, without the heading."""
    with rows_path(batch).open("rb") as file:
        file.seek(start)
        if start == 0 and batch.format["has_header"]:
            file.readline()
        lines = list(itertools.islice(file, most))
        return Stretch([tuple(json.loads(line)) for line in lines], file.tell() if lines else start)
