"""Operations that put a tenant table under row-level security and its references under composite keys."""

from django.db.migrations import RunSQL

POLICY = "organisation_id = (SELECT nullif(current_setting('jini.organisation', true), '')::uuid)"


def tenant_tables(*tables: str) -> list[RunSQL]:
    """Return the operations that force row-level security on `tables` and make (organisation_id, id) a key of each.

    NULLIF: once a transaction that named an organisation ends, the setting reads '' and not NULL.
    """
    return [
        RunSQL(
            f"""
            ALTER TABLE {table} ADD CONSTRAINT {table}_organisation_key UNIQUE (organisation_id, id);
            ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
            ALTER TABLE {table} FORCE ROW LEVEL SECURITY;
            CREATE POLICY {table}_organisation ON {table} USING ({POLICY}) WITH CHECK ({POLICY});
            """,
            f"""
            DROP POLICY {table}_organisation ON {table};
            ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY;
            ALTER TABLE {table} DISABLE ROW LEVEL SECURITY;
            ALTER TABLE {table} DROP CONSTRAINT {table}_organisation_key;
            """,
        )
        for table in tables
    ]


def composite_keys(*references: tuple[str, str, str]) -> list[RunSQL]:
    """Return the operations that tie (child, column, parent) within one organisation.

    Row-level security does not bind PostgreSQL's own foreign-key checks, so a plain key would accept a parent of
    another organisation; the composite key refuses it.
    """
    return [
        RunSQL(
            f"""
            ALTER TABLE {child} ADD CONSTRAINT {child}_{column}_within
            FOREIGN KEY (organisation_id, {column}) REFERENCES {parent} (organisation_id, id)
            DEFERRABLE INITIALLY DEFERRED;
            """,
            f"ALTER TABLE {child} DROP CONSTRAINT {child}_{column}_within;",
        )
        for child, column, parent in references
    ]
