"""The order of a list: at which moment, long past, each of its first calls stands."""

from typing import Any

from django.db import connection
from django.utils import timezone

from accounts.tenancy import current_organisation
from dialer.models import CampaignList

# The moment at which "newest first" begins to count backwards, and at which a lead without value stands.
_TURNING = "timestamptz '2000-01-01 00:00+00'"
_ORDERS = {
    CampaignList.Order.OLDEST: "l.created_at",
    CampaignList.Order.NEWEST: f"{_TURNING} - (l.created_at - {_TURNING})",
    # A second for each rupee: the highest value that a lead can have lies three centuries back.
    CampaignList.Order.VALUE: f"{_TURNING} - round(coalesce(l.value, 0)) * interval '1 second'",
    # Behind a score of 0 those without one.
    CampaignList.Order.SCORE: f"{_TURNING} - (coalesce(l.score, -1) + 1) * interval '1 day'",
}
_FALLS = {CampaignList.Order.NEWEST}
SLICE = 5_000

# A slice of what waits in the organisation, of which the first calls of the list are given their places anew. What is
# in somebody's hands, or waits for a time to come, stays where it is.
_REORDER = """
WITH slice AS MATERIALIZED (
    SELECT q.id, q.lead_id, q.list_id, q.rank, q.due_at, q.leased_to_id FROM dialer_queueentry q
    WHERE q.organisation_id = %(organisation)s AND q.lead_id > %(start)s AND q.finished_at IS NULL
    ORDER BY q.lead_id LIMIT %(size)s
), placed AS (
    SELECT s.id, {place} AS due_at
    FROM slice s JOIN leads_lead l ON l.organisation_id = %(organisation)s AND l.id = s.lead_id
    WHERE s.list_id = %(list)s AND s.rank = 4 AND s.due_at <= %(now)s AND s.leased_to_id IS NULL
), locked AS (
    SELECT o.id, placed.due_at FROM dialer_queueentry o JOIN placed ON placed.id = o.id
    WHERE o.organisation_id = %(organisation)s AND o.finished_at IS NULL AND o.leased_to_id IS NULL
    FOR UPDATE OF o SKIP LOCKED
), written AS (
    UPDATE dialer_queueentry q SET due_at = locked.due_at FROM locked
    WHERE q.organisation_id = %(organisation)s AND q.id = locked.id AND q.due_at <> locked.due_at
)
SELECT (SELECT lead_id FROM slice ORDER BY lead_id DESC LIMIT 1), (SELECT count(*) FROM slice)
"""


def place_of(order: str) -> str:
    """Return the SQL of the moment at which the lead `l` stands in a list of this order.

    Leads that are alike, such as those of one import, stand a microsecond apart: as they were written down, or with the
    newest first the other way round.
    """
    moment = _ORDERS[CampaignList.Order(order)]
    way = "DESC" if order in _FALLS else "ASC"
    return f"{moment} + (row_number() OVER (PARTITION BY {moment} ORDER BY l.id {way}) - 1) * interval '1 microsecond'"


def reorder(of: CampaignList) -> bool:
    """Write the order of the list into a slice of its places, from where the last slice ended; return whether more follow."""
    if of.ordering_from is None:
        return False
    asked: dict[str, Any] = {
        "organisation": current_organisation().pk,
        "list": of.pk,
        "start": of.ordering_from,
        "size": SLICE,
        "now": timezone.now(),
    }
    with connection.cursor() as cursor:
        cursor.execute(_REORDER.format(place=place_of(of.order)), asked)
        last, count = cursor.fetchone()
    of.ordering_from = last if count == SLICE else None
    of.save(update_fields=["ordering_from"])
    return of.ordering_from is not None
