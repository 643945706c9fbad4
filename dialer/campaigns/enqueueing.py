"""Putting leads into a list of a campaign: one statement for any number of them."""

import datetime as dt
from dataclasses import dataclass
from typing import Any, cast

from django.db import connection
from django.utils import timezone

from accounts.tenancy import current_organisation
from dialer.campaigns.ordering import place_of
from dialer.models import CampaignList, DialerSettings
from jini.lib.ids import UUID7_SQL

# Whoever asked us lately is called first (rank 2): a lead that was not imported and has not been called. The others are
# called in the order of the list. An owned lead is kept for its owner, who alone may see it; one that nobody owns for who
# talked to the person last, if they call the campaign, as long as a retry would be.
_ENQUEUE = f"""
WITH chosen AS MATERIALIZED (
    SELECT l.id, l.created_at, l.import_batch_id, l.attempts, s.kind, d.id IS NOT NULL AS is_barred,
        m.id AS owner_id, talker.id AS talker_id, {{place}} AS place
    FROM leads_lead l
    JOIN leads_status s ON s.organisation_id = l.organisation_id AND s.id = l.status_id
    LEFT JOIN privacy_donotcall d ON d.organisation_id = l.organisation_id AND d.phone = l.phone
        AND d.channel = 'call' AND d.lifted_at IS NULL
    LEFT JOIN accounts_membership m ON m.id = l.assigned_to_id AND m.deactivated_at IS NULL
    LEFT JOIN LATERAL (
        SELECT t.id FROM (
            SELECT c.telecaller_id AS id FROM dialer_call c
            LEFT JOIN dialer_disposition o ON o.organisation_id = c.organisation_id AND o.id = c.disposition_id
            WHERE c.organisation_id = l.organisation_id AND c.lead_id = l.id AND l.connected > 0
              AND (c.answered_at IS NOT NULL OR c.mode = 'own_phone' AND o.is_customer_contact)
            ORDER BY c.started_at DESC LIMIT 1
        ) AS t
        JOIN accounts_membership a ON a.id = t.id AND a.deactivated_at IS NULL
        JOIN dialer_campaignmember w ON w.organisation_id = l.organisation_id AND w.member_id = t.id
            AND w.campaign_id = %s
    ) AS talker ON m.id IS NULL
    WHERE l.organisation_id = %s AND l.id IN ({{leads}})
), fresh AS (
    INSERT INTO dialer_queueentry
        (id, organisation_id, lead_id, campaign_id, list_id, rank, due_at, attempts, reserved_for_id, kept_until,
        finished_because)
    SELECT {UUID7_SQL}, %s, w.id, %s, %s, CASE WHEN w.is_hot THEN 2 ELSE 4 END,
        CASE WHEN w.is_hot THEN %s ELSE least(w.place, %s) END, 0,
        coalesce(w.owner_id, w.talker_id), CASE WHEN w.owner_id IS NULL AND w.talker_id IS NOT NULL THEN %s::timestamptz END, ''
    FROM (
        SELECT c.*,
            c.import_batch_id IS NULL AND c.attempts = 0 AND c.created_at > %s - %s * interval '1 minute' AS is_hot
        FROM chosen c WHERE c.kind IN ('open', 'on_hold') AND NOT c.is_barred
    ) AS w
    ORDER BY w.place, w.id
    ON CONFLICT (organisation_id, lead_id) WHERE finished_at IS NULL DO NOTHING
    RETURNING 1
)
SELECT count(*), count(*) FILTER (WHERE kind NOT IN ('open', 'on_hold')),
    count(*) FILTER (WHERE kind IN ('open', 'on_hold') AND is_barred), (SELECT count(*) FROM fresh)
FROM chosen
"""  # noqa: S608 -- constants and the SQL that Django made of the queryset


@dataclass(frozen=True)
class Enqueued:
    """How many of the leads were put into the campaign, and why the others were not."""

    added: int
    waiting_elsewhere: int
    closed: int
    do_not_call: int


def enqueue(leads: Any, into: CampaignList) -> Enqueued:
    """Let `leads` (a queryset) wait in the list `into`.

    Left out are leads that wait already, here or elsewhere, that are closed, or whose number is on do not call.
    """
    # Ordered or not, only which leads they are counts.
    sql, parameters = leads.order_by().values("pk").query.sql_with_params()
    organisation, now = current_organisation(), timezone.now()
    hot_minutes = DialerSettings.objects.values_list("hot_lead_minutes", flat=True).get()
    keep_hours = into.campaign.keep_hours
    kept_until = now + dt.timedelta(hours=keep_hours) if keep_hours else None
    asked = [into.campaign_id, organisation.pk, *parameters, organisation.pk, into.campaign_id, into.pk]
    asked += [now, now, kept_until, now, hot_minutes]
    with connection.cursor() as cursor:
        cursor.execute(_ENQUEUE.format(leads=sql, place=place_of(into.order)), asked)
        total, closed, barred, added = cast("tuple[int, int, int, int]", cursor.fetchone())
    if added:
        CampaignList.objects.filter(pk=into.pk, filled_at=None).update(filled_at=now)
    return Enqueued(added, total - closed - barred - added, closed, barred)
