"""The vault: what is sealed of an organisation that is erased, under which rule, until when."""

import datetime as dt
import json
import uuid
import zlib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.utils import timezone

from jini.lib import encryption
from jini.lib.personal_data import Column, Erase, Kind, Table, tables
from jini.lib.purging import purges_of
from jini.lib.retention import RULE_8_3_FROM, SCHEDULE, Rule, Since
from privacy.models import VaultRecord

Ids = Sequence[uuid.UUID]


@dataclass(frozen=True)
class Keeping:
    """Why rows of `table` are sealed when their organisation ends: for `days`, by `law`."""

    table: Table
    days: int
    law: str

    @property
    def rule(self) -> Rule:
        return SCHEDULE[self.table.keep]

    @property
    def columns(self) -> list[Column]:
        """What is sealed: no key or code, and nothing that the registry says is emptied."""
        return [each for each in self.table.each() if each.kind is not Kind.SECRET and each.erase is not Erase.BLANK]


def keeping(model: str) -> Keeping | None:
    """Return why rows of `model` are sealed; None: nothing keeps them, and they go."""
    table = next((each for each in tables() if each.model == model), None)
    if table is None:
        return None
    rule = SCHEDULE[table.keep]
    if table.erase is Erase.KEEP:
        # A period of no days ends with the organisation.
        return Keeping(table, rule.days, table.ground) if rule.days else None
    if rule.sealed_days and table.is_personal and timezone.now().date() >= RULE_8_3_FROM:
        return Keeping(table, rule.sealed_days, rule.source)
    return None


def seal(kept: Keeping, ids: Ids, key: str) -> int:
    """Seal rows in the open transaction, together with others that go on the same day; return how many."""
    by_day: dict[dt.date, list[Any]] = defaultdict(list)
    now, count = timezone.now(), 0
    for row, since in _read(kept, ids):
        until = since + dt.timedelta(days=kept.days)
        if until > now:
            by_day[until.date()].append(row)
            count += 1
    for day, rows in sorted(by_day.items()):
        text = zlib.compress(json.dumps(rows, default=str, ensure_ascii=False).encode())
        # The day that has begun is still kept.
        until = dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), dt.UTC)
        VaultRecord.objects.create(
            model=kept.table.model,
            rule=kept.table.keep,
            rows=len(rows),
            destroy_after=until,
            sealed=encryption.seal(key, text),
        )
    return count


def _read(kept: Keeping, ids: Ids) -> Any:
    """Yield each row as {column: value}, and from when its period runs."""
    model: Any = apps.get_model(kept.table.model)
    names = [model._meta.get_field(each.name).attname for each in kept.columns]  # noqa: SLF001 -- Django's documented name
    rows = getattr(model, "everything", model.objects).filter(pk__in=list(ids))
    purge = next((each for each in purges_of(kept.table.keep) if each.model == kept.table.model), None)
    if kept.rule.since is Since.CREATED and purge is not None:
        since = dict(purge.rows.filter(pk__in=list(ids)).values_list("pk", "counted_from"))
    else:
        since = {}
    now = timezone.now()
    for row in rows.values("pk", *names):
        found = since.get(row.pop("pk")) or now
        yield row, found


def destroy_due() -> int:
    """Destroy what is due in the open scope; return how many rows it held."""
    due = VaultRecord.objects.filter(destroy_after__lte=timezone.now())
    held = sum(due.values_list("rows", flat=True))
    due._raw_delete(due.db)  # noqa: SLF001 -- Django's own way to a bare DELETE, since nothing else can be read of a row
    return held


def next_day() -> dt.datetime | None:
    """Return when the next record of the open scope is due; None: the vault is empty."""
    found: dt.datetime | None = (
        VaultRecord.objects.order_by("destroy_after").values_list("destroy_after", flat=True).first()
    )
    return found


def contents() -> list[dict[str, Any]]:
    """Return what is sealed in the open scope: {model, rule, law, rows, until} of each table, without anything of it."""
    found: dict[str, dict[str, Any]] = {}
    for model, rule, rows, until in VaultRecord.objects.order_by("model").values_list(
        "model", "rule", "rows", "destroy_after"
    ):
        law = (kept.law if (kept := keeping(model)) else "") or SCHEDULE[rule].source
        one = found.setdefault(model, {"model": model, "rule": rule, "law": law, "rows": 0, "until": until.isoformat()})
        one["rows"] += rows
        one["until"] = max(one["until"], until.isoformat())
    return list(found.values())
