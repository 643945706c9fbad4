"""Whether the database is older than the ledger of erasures: asked by `check --database default` and by `migrate`."""

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Tags, Warning, register  # noqa: A004 -- Django's own name
from django.db import connection

from privacy import ledger
from privacy.models import NotedErasure


@register(Tags.database)
def nothing_erased_has_come_back(databases: Sequence[str] | None = None, **_kwargs: Any) -> list[CheckMessage]:
    """Warn of a database that was restored and not replayed, and of a ledger that is damaged or not of this database.

    Warnings, since `migrate` asks too: an old database is migrated first, and replayed then.
    """
    if not databases or NotedErasure._meta.db_table not in connection.introspection.table_names():  # noqa: SLF001 -- Django's documented name
        return []
    try:
        reading = ledger.read()
    except ledger.Unreadable as error:
        return [Warning(f"The ledger of erasures cannot be read: {error}", id="jini.W011")]
    found: list[CheckMessage] = [
        Warning(f"The ledger of erasures is damaged: {fault}", id="jini.W012") for fault in reading.faults
    ]
    if missing := ledger.unknown(reading):
        says = f"This database is older than the ledger of erasures: {len(missing)} erased persons or organisations may be back"
        found.append(Warning(says, hint="Run: manage.py replay_erasures", id="jini.W013"))
    if strange := ledger.lost(reading):
        says = f"{strange} erasures of this database are not in the ledger at ERASURE_LEDGER"
        found.append(Warning(says, hint="Is the folder the one of this installation?", id="jini.W014"))
    return found
