"""The sources that leads came from."""

from django.db import connection

from accounts.models import Membership
from accounts.tenancy import current_organisation
from teams.visibility import sight_of

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
            AND (%(people)s::uuid[] IS NULL OR l.assigned_to_id IS NULL OR l.assigned_to_id = ANY (%(people)s::uuid[]))
        ORDER BY l.source LIMIT 1
    ) FROM used WHERE used.source IS NOT NULL
)
SELECT source FROM used WHERE source <> '' LIMIT %(most)s
"""


def used_sources(member: Membership) -> list[str]:
    """Return the sources of the leads that `member` sees, those in the bin left out.

    The list is empty where there are more than `MOST_SOURCES`, and for whoever sees no lead but their own: few leads may
    lie far apart in the index.
    """
    sight = sight_of(member)
    if not sight.unowned:
        return []
    people = None if sight.people is None else sorted(sight.people)
    asked = {"organisation": current_organisation().pk, "people": people, "most": MOST_SOURCES + 1}
    with connection.cursor() as cursor:
        cursor.execute(_USED, asked)
        found = [source for (source,) in cursor.fetchall()]
    return sorted(found, key=lambda source: (source.casefold(), source)) if len(found) <= MOST_SOURCES else []
