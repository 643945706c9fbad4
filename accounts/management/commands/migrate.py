"""`migrate`, as the owner of the tables, followed by the proof that every tenant table is safe."""

from typing import Any

from django.core.management.commands import migrate
from django.db import connection

from accounts import database


class Command(migrate.Command):
    """Django's own command between two steps of ours: roles and extensions before, grants and checks after."""

    def execute(self, *args: Any, **options: Any) -> str | None:
        # Before the checks, which connect: the application's role may not exist yet.
        database.become_owner()
        return super().execute(*args, **options)

    def handle(self, *args: Any, **options: Any) -> None:
        if options["plan"] or options["check_unapplied"]:
            # Who asks what would be done wants nothing done; tables that are not there yet have no grants either.
            super().handle(*args, **options)
            return
        database.prepare()
        super().handle(*args, **options)
        if options["app_label"] is None:
            self._create_cache_table()
            database.grant()
            if faults := database.faults():
                raise database.UnsafeTable("; ".join(faults))

    def _create_cache_table(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "CREATE TABLE IF NOT EXISTS jini_cache "
                "(cache_key varchar(255) PRIMARY KEY, value text NOT NULL, expires timestamptz NOT NULL)"
            )
            cursor.execute("CREATE INDEX IF NOT EXISTS jini_cache_expires ON jini_cache (expires)")
