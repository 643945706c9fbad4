"""Counting visits by page, day and kind of device before they go, so that what is left says nothing of a person."""

import datetime as dt
from typing import Any

from django.db import connection
from django.utils import timezone

from accounts.models import Organisation
from accounts.tenancy import acting_for
from privacy.models import UsageCount
from privacy.models.usage_count import FEWEST_PEOPLE, MIXED

_DAYS = """
SELECT DISTINCT (at AT TIME ZONE %(zone)s)::date AS day FROM privacy_pagevisit
WHERE organisation_id = %(organisation)s AND at >= %(since)s AND at < %(until)s ORDER BY day
"""
# Cells of enough people stand by themselves; of the visits that are left, pages of enough people over all devices; of
# what is left then, one row, empty where even that is too few. Each visit counts in one row alone, so that no difference
# of two rows is about fewer.
_COUNT = """
WITH v AS (
    SELECT page, device_type, member_id, seconds FROM privacy_pagevisit
    WHERE organisation_id = %(organisation)s AND at >= %(since)s AND at < %(until)s
), cells AS (
    SELECT page, device_type, count(*) AS visits, count(DISTINCT member_id) AS people, sum(seconds) AS seconds
    FROM v GROUP BY page, device_type
), small AS (
    SELECT v.* FROM v JOIN cells c USING (page, device_type) WHERE c.people < %(fewest)s
), pages AS (
    SELECT page, count(*) AS visits, count(DISTINCT member_id) AS people, sum(seconds) AS seconds FROM small GROUP BY page
), rest AS (
    SELECT count(*) AS visits, count(DISTINCT s.member_id) AS people, coalesce(sum(s.seconds), 0) AS seconds
    FROM small s JOIN pages p USING (page) WHERE p.people < %(fewest)s
), told AS (
    SELECT page, device_type, visits, people, seconds FROM cells WHERE people >= %(fewest)s
    UNION ALL SELECT page, %(mixed)s, visits, people, seconds FROM pages WHERE people >= %(fewest)s
    UNION ALL SELECT '', %(mixed)s, CASE WHEN people >= %(fewest)s THEN visits ELSE 0 END,
        CASE WHEN people >= %(fewest)s THEN people ELSE 0 END, CASE WHEN people >= %(fewest)s THEN seconds ELSE 0 END
    FROM rest
)
INSERT INTO privacy_usagecount (id, organisation_id, day, page, device_type, visits, people, seconds)
SELECT gen_random_uuid(), %(organisation)s, %(day)s, page, device_type, visits, people, seconds FROM told
ON CONFLICT DO NOTHING
"""


def count_days(organisation: Organisation) -> int:
    """Count every day that is over and was not counted yet; return how many. Safe to do twice.

    Called before anything is deleted at night: what is due then is of a day that is counted, however short its period.
    """
    zone = organisation.zone
    today = timezone.now().astimezone(zone).date()
    with acting_for(organisation):
        last = UsageCount.objects.order_by("-day").values_list("day", flat=True).first()
        since = last + dt.timedelta(days=1) if last else dt.date(2000, 1, 1)
        asked: dict[str, Any] = {
            "organisation": organisation.pk,
            "zone": zone.key,
            "fewest": FEWEST_PEOPLE,
            "mixed": MIXED,
        }
        with connection.cursor() as cursor:
            cursor.execute(_DAYS, asked | {"since": _start(since, zone), "until": _start(today, zone)})
            days = [day for (day,) in cursor.fetchall()]
            for day in days:
                of_day = {"day": day, "since": _start(day, zone), "until": _start(day + dt.timedelta(days=1), zone)}
                cursor.execute(_COUNT, asked | of_day)
    return len(days)


def _start(day: dt.date, zone: dt.tzinfo) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), zone)
