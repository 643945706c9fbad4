"""What is held, in words for people: made from the registry of personal data and the schedule of keeping alone."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jini.lib import personal_data
from jini.lib.personal_data import Item, Kind, Seen, Table, Whose
from jini.lib.retention import SCHEDULE, Rule, period, purge_of

TITLES = {
    Whose.LEAD: gettext_lazy("About leads"),
    Whose.USER: gettext_lazy("About people with an account"),
    Whose.CALLER: gettext_lazy("About others: unknown callers, people who are invited, rows of lists"),
    Whose.ORGANISATION: gettext_lazy("About the organisation"),
}


@dataclass(frozen=True)
class Line:
    """One thing that is held, ready to read. `names` are the technical names of what is in it."""

    what: str
    kinds: list[str]
    purposes: list[str]
    bases: list[str]
    kept: list[str]
    seen: list[str]
    exports: list[str]
    erasures: list[str]
    names: list[str]


@dataclass(frozen=True)
class Section:
    """The lines about one kind of person."""

    title: str
    slug: str
    lines: list[Line]


@dataclass(frozen=True)
class Period:
    """A rule of keeping, ready to read; `is_automatic` when JiNi deletes by itself what is due.

    `is_own` when an organisation keeps otherwise than the schedule says.
    """

    label: str
    kept: str
    source: str
    is_automatic: bool
    is_own: bool = False


def _said(items: Iterable[Item], ask: Callable[[Item], Any]) -> list[str]:
    """What `ask` says of each item, in their order, each once."""
    return list(dict.fromkeys(str(answer) for item in items if (answer := ask(item))))


def _kept(item: Item) -> str:
    return period(SCHEDULE[item.keep]) if item.keep else ""


def _line(what: Any, items: list[Item], names: list[str]) -> Line:
    exports = list(dict.fromkeys(str(export) for item in items for export in item.export))
    return Line(
        what=str(what),
        kinds=_said(items, lambda item: item.kind),
        purposes=_said(items, lambda item: item.purpose),
        bases=_said(items, lambda item: item.basis),
        kept=_said(items, _kept),
        # What only the program uses is no news beside what people see.
        seen=_said([item for item in items if item.seen is not Seen.PROGRAM] or items, lambda item: item.seen),
        exports=exports,
        erasures=_said(items, lambda item: item.erase),
        names=names,
    )


def _of_table(table: Table) -> Line:
    columns = list(table.each())
    personal: list[Item] = [column for column in columns if column.kind.is_personal]
    return _line(table.what, personal or list(columns), [column.name for column in columns])


def sections() -> list[Section]:
    """Return what is held about people and organisations, by whom it is about."""
    personal = [table for table in personal_data.tables() if table.is_personal]
    found = []
    for whose, title in TITLES.items():
        lines = [_of_table(table) for table in personal if table.whose is whose]
        lines += [
            _line(store.what, [store], [store.folder]) for store in personal_data.file_stores() if store.whose is whose
        ]
        found.append(Section(str(title), whose.name.lower(), lines))
    return found


def kinds_held() -> list[Section]:
    """Return, by whom the data are about, each kind of data with all that holds of it: the table of the policy."""
    found = []
    for whose, title in TITLES.items():
        items = [item for item in _everything() if item.kind.is_personal and item.whose is whose]
        by_kind = {kind: [item for item in items if item.kind is kind] for kind in Kind}
        lines = [_line(str(kind).capitalize(), same, []) for kind, same in by_kind.items() if same]
        found.append(Section(str(title), whose.name.lower(), lines))
    return found


def _everything() -> list[Item]:
    others = [*personal_data.file_stores(), *personal_data.cache_keys(), *personal_data.log_fields()]
    return [*personal_data.columns(), *others]


def about_nobody() -> list[str]:
    """Return the names of the tables that say nothing about a person: settings, queues, counts."""
    return [str(table.what) for table in personal_data.tables() if not table.is_personal]


def in_passing() -> list[Line]:
    """Return what lies in logs and short-lived counters."""
    keys = [(key.what, key, f"{key.place}: {key.prefix}") for key in personal_data.cache_keys()]
    fields = [(line.what, line, line.name) for line in personal_data.log_fields()]
    return [_line(what, [item], [name]) for what, item, name in [*keys, *fields]]


def periods(here: Mapping[str, Rule] = SCHEDULE) -> list[Period]:
    """Return the schedule of keeping, or that of one organisation, without rules that nothing declared falls under."""
    used = {item.keep for item in _everything()}
    return [
        Period(
            str(rule.label),
            period(rule),
            rule.source,
            is_automatic=purge_of(key) is not None,
            is_own=rule.days != SCHEDULE[key].days,
        )
        for key, rule in here.items()
        if key in used
    ]


def record() -> Iterator[list[str]]:
    """Yield the record of processing, row by row, the headings first: one row for each column, file, key and log line."""
    yield [
        _("What"),
        _("Name in the program"),
        _("Kind of data"),
        _("Whose"),
        _("Purpose"),
        _("Ground"),
        _("Kept"),
        _("Source of the period"),
        _("Deleted by itself"),
        _("Who sees it"),
        _("Export"),
        _("On erasure"),
        _("Remark"),
    ]
    for table in personal_data.tables():
        for column in table.each():
            yield _row(table.what, f"{column.model}.{column.name}", column)
    for store in personal_data.file_stores():
        yield _row(store.what, store.folder, store)
    for key in personal_data.cache_keys():
        yield _row(key.what, f"{key.place}: {key.prefix}", key)
    for line in personal_data.log_fields():
        yield _row(line.what, line.name, line)


def _row(what: Any, name: str, item: Item) -> list[str]:
    rule: Rule | None = SCHEDULE.get(item.keep)
    return [
        str(what),
        name,
        str(item.kind),
        str(item.whose),
        str(item.purpose),
        str(item.basis),
        _kept(item),
        rule.source if rule else "",
        _("yes") if purge_of(item.keep) else _("no"),
        str(item.seen),
        "; ".join(str(export) for export in item.export),
        str(item.erase),
        "; ".join(filter(None, [item.why_not, item.ground])),
    ]
