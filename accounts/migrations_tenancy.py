"""Operations that put a tenant table under row-level security and its references under composite keys."""

from django.conf import settings
from django.db.migrations import RunSQL

# Owns the functions that search in text, and may do nothing else: see `search_function`.
SEARCHER = "jini_search"
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


def searched_table(table: str, *columns: str) -> RunSQL:
    """Return the operation that lets search functions read `columns` of every organisation's rows in `table`.

    Under row-level security PostgreSQL may use an index only for conditions that cannot leak what they compare, and
    LIKE is none. So search runs as a role that the policy does not narrow; its functions name the organisation.
    """
    return RunSQL(
        f"""
        GRANT USAGE ON SCHEMA public TO {SEARCHER};
        GRANT SELECT ({", ".join(columns)}) ON {table} TO {SEARCHER};
        CREATE POLICY {table}_search ON {table} FOR SELECT TO {SEARCHER} USING (true);
        """,
        f"""
        DROP POLICY {table}_search ON {table};
        REVOKE ALL ON {table} FROM {SEARCHER};
        """,
    )


def search_function(signature: str, create: str) -> RunSQL:
    """Return the operation that runs `create` and lets the application, and nobody else, call the function.

    `create` says SECURITY DEFINER and sets the search path; the function itself must refuse another organisation than
    the one of the scope. Membership of the role lasts for these statements only: as a member of it, an owner who is no
    superuser would be free of row-level security.
    """
    role = f'"{settings.DATABASE_ROLE}"'
    return RunSQL(
        f"""
        GRANT {SEARCHER} TO CURRENT_USER;
        GRANT CREATE ON SCHEMA public TO {SEARCHER};
        {create}
        REVOKE ALL ON FUNCTION {signature} FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION {signature} TO {role};
        ALTER FUNCTION {signature} OWNER TO {SEARCHER};
        REVOKE CREATE ON SCHEMA public FROM {SEARCHER};
        REVOKE {SEARCHER} FROM CURRENT_USER;
        """,
        f"DROP FUNCTION {signature}",
    )
