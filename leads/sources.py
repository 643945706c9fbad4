"""The sources that leads came from."""

from django.db import connection

from accounts.tenancy import current_organisation

# Who has more of them wrote something else there, and types what they look for.
MOST_SOURCES = 100
# From each source to the next one, in the index: a step for each of them, however many leads there are.
_USED = """
WITH RECURSIVE used (source) AS (
    SELECT ''::varchar
    UNION ALL
    SELECT (
        SELECT l.source FROM leads_lead l
        WHERE l.organisation_id = %(organisation)s AND l.deleted_at IS NULL AND l.source > used.source
        ORDER BY l.source LIMIT 1
    ) FROM used WHERE used.source IS NOT NULL
)
SELECT source FROM used WHERE source <> '' LIMIT %(most)s
"""


def used_sources() -> list[str]:
    """Return the sources that leads have, those in the bin left out; none where there are more than `MOST_SOURCES`."""
    with connection.cursor() as cursor:
        cursor.execute(_USED, {"organisation": current_organisation().pk, "most": MOST_SOURCES + 1})
        found = [source for (source,) in cursor.fetchall()]
    return sorted(found, key=lambda source: (source.casefold(), source)) if len(found) <= MOST_SOURCES else []
