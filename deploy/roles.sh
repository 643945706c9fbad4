#!/usr/bin/env bash
# Runs once, when the database is created: the application's role owns nothing, the backup's role reads everything.
set -euo pipefail
psql -v ON_ERROR_STOP=1 -v app="$JINI_APP_PASSWORD" -v backup="$JINI_BACKUP_PASSWORD" -U "$POSTGRES_USER" -d "$POSTGRES_DB" <<'SQL'
CREATE ROLE jini_app LOGIN NOBYPASSRLS PASSWORD :'app';
-- Plans are not compiled: every question here is answered in milliseconds.
ALTER ROLE jini_app SET jit = off;
-- A page out of order costs little more than the next one, as in memory and on SSD.
ALTER ROLE jini_app SET random_page_cost = 1.1;
CREATE ROLE jini_backup LOGIN BYPASSRLS PASSWORD :'backup' IN ROLE pg_read_all_data;
-- `migrate` makes it too; a dump that is restored into a new cluster expects it.
CREATE ROLE jini_search NOLOGIN NOBYPASSRLS;
SQL
