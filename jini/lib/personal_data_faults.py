"""Declarations of personal data that contradict themselves or what the policy promises."""

from collections.abc import Iterable, Mapping

from jini.lib.personal_data import Basis, Erase, Item, Kind, Table, Whose
from jini.lib.retention import Nature, Rule

# From where a row of a table is about one person, there is a way to that person.
_SUBJECTS = {Whose.LEAD, Whose.USER}


def faults_of(item: Item, schedule: Mapping[str, Rule]) -> list[str]:
    """Return what is wrong with what is said of one piece of data, each fault as a sentence; empty when it is sound."""
    rule = schedule.get(item.keep)
    found = [
        (rule is None and bool(item.keep), f"the retention rule {item.keep!r} is not in jini/lib/retention.py"),
        (
            item.kind is Kind.USAGE and rule is not None and rule.nature is not Nature.USAGE,
            "usage data need a retention rule for usage data: they go before personal data",
        ),
        (
            item.kind is Kind.SECRET and bool(item.export),
            "a secret is never exported; say why in why_not and leave export empty",
        ),
        (
            item.erase is Erase.KEEP and not item.ground,
            "kept in spite of an erasure without a legal ground: fill in ground",
        ),
    ]
    if item.kind.is_personal:
        found += [
            (not item.keep, "personal data without a retention rule: fill in keep"),
            (item.whose is Whose.NOBODY, "personal data are somebody's: fill in whose"),
            (item.basis is Basis.NONE, "personal data without a lawful basis: fill in basis"),
            (not item.export and not item.why_not, "in no export and no reason given: fill in export or why_not"),
            (item.erase is Erase.NONE, "personal data that an erasure leaves: choose another erase"),
        ]
    return [sentence for is_wrong, sentence in found if is_wrong]


def faults_of_table(table: Table, schedule: Mapping[str, Rule]) -> list[str]:
    """Return what is wrong with the declaration of a table and its columns, each with the column's name before it."""
    names = [column.name for column in table.each()]
    found = [f"{name}: named twice" for name in sorted({name for name in names if names.count(name) > 1})]
    found += [f"{name}: in `but`, not among the columns" for name in table.but if name not in names]
    if table.is_personal and table.whose in _SUBJECTS and table.whose not in table.about:
        found.append(f"about: there is no way from a row to its {table.whose.name.lower()}")
    for column in table.each():
        found += [f"{column.name}: {fault}" for fault in faults_of(column, schedule)]
    return found


def each_fault(tables: Iterable[Table], others: Iterable[Item], schedule: Mapping[str, Rule]) -> list[str]:
    """Return the faults of everything declared, each with the name of what it is about before it."""
    found = [f"{table.model}.{fault}" for table in tables for fault in faults_of_table(table, schedule)]
    return found + [f"{other}: {fault}" for other in others for fault in faults_of(other, schedule)]
