"""The claim answers in one question with all that is decided on: entry, lead, facts and policy."""

from importlib import import_module

from django.db import migrations

# One statement per fact, in functions whose plans PostgreSQL keeps: planning them costs more than answering them.
FACTS = """
CREATE TYPE dialer_contact_facts AS (
    is_barred boolean,
    lead_attempts bigint,
    lead_recent timestamptz[],
    lead_is_live boolean,
    number_attempts bigint,
    number_recent timestamptz[],
    has_appointment boolean
);
CREATE FUNCTION dialer_facts_of(
    p_organisation uuid, p_lead uuid, p_phone text, p_since timestamptz, p_soon timestamptz
) RETURNS dialer_contact_facts LANGUAGE plpgsql STABLE SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    found dialer_contact_facts;
BEGIN
    found.is_barred := EXISTS (
        SELECT 1 FROM privacy_donotcall d WHERE d.organisation_id = p_organisation AND d.phone = p_phone
    );
    -- A call counts as an attempt once it reached the person or may have: one that failed before it rang did not.
    SELECT count(*), coalesce(array_agg(c.started_at) FILTER (WHERE c.started_at > p_since), '{}'),
        coalesce(bool_or(c.ended_at IS NULL), false)
    INTO found.lead_attempts, found.lead_recent, found.lead_is_live
    FROM dialer_call c
    WHERE c.organisation_id = p_organisation AND c.lead_id = p_lead
      AND NOT (c.status IN ('failed', 'canceled') AND c.ringing_at IS NULL AND c.answered_at IS NULL);
    SELECT count(*), coalesce(array_agg(c.started_at) FILTER (WHERE c.started_at > p_since), '{}')
    INTO found.number_attempts, found.number_recent
    FROM dialer_call c
    WHERE c.organisation_id = p_organisation AND c.phone = p_phone
      AND NOT (c.status IN ('failed', 'canceled') AND c.ringing_at IS NULL AND c.answered_at IS NULL);
    found.has_appointment := EXISTS (
        SELECT 1 FROM leads_followup f
        WHERE f.organisation_id = p_organisation AND f.lead_id = p_lead AND f.due_at <= p_soon
          AND f.done_at IS NULL AND f.cancelled_at IS NULL
    );
    RETURN found;
END
$$;
"""
DROP_FACTS = """
DROP FUNCTION dialer_facts_of(uuid, uuid, text, timestamptz, timestamptz);
DROP TYPE dialer_contact_facts;
"""

# A list is asked only when those before it have nothing, so that no more than one lead is locked. The settings keep to
# the indexes whatever the statistics say: of a table that was just filled they say nothing, and the whole queue would be
# read for one lead.
CLAIM = """
CREATE FUNCTION dialer_claim_next(
    p_organisation uuid, p_member uuid, p_now timestamptz, p_clock time, p_heads jsonb, p_releases boolean,
    p_since timestamptz, p_soon timestamptz
) RETURNS json LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_sort = off AS $$
DECLARE
    entry dialer_queueentry;
    place tid;
    is_held boolean := true;
    is_reserved boolean := true;
    lease_end timestamptz;
    answer json;
BEGIN
    SELECT p_now + s.lease_minutes * interval '1 minute' INTO lease_end FROM dialer_dialersettings s
    WHERE s.organisation_id = p_organisation;
    -- Two clicks of one telecaller come one after the other; the second finds what the first one took.
    PERFORM pg_advisory_xact_lock(hashtextextended(p_member::text, 0));
    SELECT q.ctid INTO place FROM dialer_queueentry q
    WHERE q.organisation_id = p_organisation AND q.leased_to_id = p_member AND q.finished_at IS NULL FOR UPDATE;

    IF place IS NULL AND p_releases THEN
        -- What was opened and left goes back, unless its telecaller is still at the call.
        UPDATE dialer_queueentry q SET leased_to_id = NULL, lease_until = NULL
        WHERE q.ctid = ANY (ARRAY (
            SELECT o.ctid FROM dialer_queueentry o
            WHERE o.organisation_id = p_organisation AND o.lease_until <= p_now
              AND o.finished_at IS NULL AND o.leased_to_id IS NOT NULL
              AND NOT EXISTS (
                  SELECT 1 FROM dialer_call c
                  WHERE c.organisation_id = p_organisation AND c.telecaller_id = o.leased_to_id
                    AND c.closed_at IS NULL AND c.lead_id = o.lead_id
              )
            ORDER BY o.leased_to_id LIMIT 100 FOR UPDATE SKIP LOCKED
        ));
    END IF;

    IF place IS NULL THEN
        is_held := false;
        is_reserved := EXISTS (
            SELECT 1 FROM dialer_queueentry o
            WHERE o.organisation_id = p_organisation AND o.reserved_for_id = p_member
              AND o.finished_at IS NULL AND o.leased_to_id IS NULL
        );
        SELECT free.place, probe.kind < 3 INTO place, is_reserved
        FROM (
            -- 0: a promise to call back, which is kept whatever becomes of the campaign; 1: kept for the member, of no
            -- campaign; 2: kept for the member, of a campaign; 3: anyone's, of a campaign of theirs.
            SELECT 0 AS rank, 10 AS priority, NULL::uuid AS campaign, 0 AS kind WHERE is_reserved
            UNION ALL
            SELECT r.rank, 10, NULL, 1 FROM generate_series(1, 4) AS r (rank) WHERE is_reserved
            UNION ALL
            SELECT r.rank, c.priority, c.id, k.kind
            FROM dialer_campaign c
            CROSS JOIN generate_series(1, 4) AS r (rank)
            CROSS JOIN generate_series(2, 3) AS k (kind)
            WHERE c.organisation_id = p_organisation AND c.state = 'running'
              AND c.opens_at <= p_clock AND p_clock < c.closes_at
              AND CASE k.kind WHEN 2 THEN is_reserved ELSE EXISTS (
                  SELECT 1 FROM dialer_campaignmember m
                  WHERE m.organisation_id = p_organisation AND m.member_id = p_member AND m.campaign_id = c.id
              ) END
            ORDER BY 1, 2 DESC, 3, 4
        ) AS probe
        -- Where a column is null it stands in the order all the same: else the index is not seen to have that order.
        CROSS JOIN LATERAL (
            SELECT found.place FROM (
                SELECT o.ctid AS place FROM dialer_queueentry o
                WHERE probe.kind = 0 AND o.organisation_id = p_organisation AND o.reserved_for_id = p_member
                  AND o.rank = 0 AND o.due_at <= p_now AND o.finished_at IS NULL AND o.leased_to_id IS NULL
                ORDER BY o.due_at, o.id LIMIT 1 FOR UPDATE SKIP LOCKED
            ) AS found
            UNION ALL
            SELECT found.place FROM (
                SELECT o.ctid AS place FROM dialer_queueentry o
                WHERE probe.kind = 1 AND o.organisation_id = p_organisation AND o.campaign_id IS NULL
                  AND o.reserved_for_id = p_member AND o.rank = probe.rank
                  AND o.due_at <= p_now AND o.finished_at IS NULL AND o.leased_to_id IS NULL
                ORDER BY o.campaign_id, o.due_at, o.id LIMIT 1 FOR UPDATE SKIP LOCKED
            ) AS found
            UNION ALL
            SELECT found.place FROM (
                SELECT o.ctid AS place FROM dialer_queueentry o
                WHERE probe.kind = 2 AND o.organisation_id = p_organisation AND o.campaign_id = probe.campaign
                  AND o.reserved_for_id = p_member AND o.rank = probe.rank
                  AND o.due_at <= p_now AND o.finished_at IS NULL AND o.leased_to_id IS NULL
                ORDER BY o.due_at, o.id LIMIT 1 FOR UPDATE SKIP LOCKED
            ) AS found
            UNION ALL
            SELECT found.place FROM (
                SELECT o.ctid AS place FROM dialer_queueentry o
                WHERE probe.kind = 3 AND o.organisation_id = p_organisation AND o.campaign_id = probe.campaign
                  AND o.reserved_for_id IS NULL AND o.rank = probe.rank
                  AND o.due_at <= p_now AND o.finished_at IS NULL AND o.leased_to_id IS NULL
                  -- Where the last one was found: nothing that was taken since is walked over again.
                  AND (o.due_at, o.id) >= (
                      coalesce((p_heads -> (probe.campaign || ':' || probe.rank) ->> 0)::timestamptz, '-infinity'),
                      coalesce(
                          (p_heads -> (probe.campaign || ':' || probe.rank) ->> 1)::uuid,
                          '00000000-0000-0000-0000-000000000000'
                      )
                  )
                ORDER BY o.reserved_for_id, o.due_at, o.id LIMIT 1 FOR UPDATE SKIP LOCKED
            ) AS found
        ) AS free
        LIMIT 1;
    END IF;
    IF place IS NULL THEN
        RETURN NULL;
    END IF;

    -- It is locked, so it stays in its place.
    UPDATE dialer_queueentry q SET leased_to_id = p_member, lease_until = lease_end
    WHERE q.ctid = place RETURNING q.* INTO entry;
    SELECT json_build_object(
        'is_held', is_held,
        'is_reserved', is_reserved,
        'entry', row_to_json(entry),
        'lead', json_build_object(
            'id', l.id, 'organisation_id', l.organisation_id, 'name', l.name, 'phone', l.phone,
            'status_id', l.status_id, 'assigned_to_id', l.assigned_to_id, 'assigned_at', l.assigned_at
        ),
        'status_kind', (
            SELECT s.kind FROM leads_status s WHERE s.organisation_id = p_organisation AND s.id = l.status_id
        ),
        'owner_is_active', (
            SELECT m.deactivated_at IS NULL FROM accounts_membership m
            WHERE m.organisation_id = p_organisation AND m.id = l.assigned_to_id
        ),
        'policy', (SELECT row_to_json(p) FROM privacy_contactpolicy p WHERE p.organisation_id = p_organisation),
        'facts', row_to_json(dialer_facts_of(p_organisation, l.id, l.phone, p_since, p_soon))
    ) INTO answer FROM leads_lead l WHERE l.organisation_id = p_organisation AND l.id = entry.lead_id;
    RETURN answer;
END
$$;
"""
DROP_CLAIM = """
DROP FUNCTION dialer_claim_next(uuid, uuid, timestamptz, time, jsonb, boolean, timestamptz, timestamptz);
"""
# A lead that nobody owns goes to who was handed it, with a line on its timeline.
GIVE = """
CREATE FUNCTION dialer_give_lead(
    p_organisation uuid, p_lead uuid, p_member uuid, p_now timestamptz, p_line uuid, p_details jsonb
) RETURNS void LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $$
BEGIN
    UPDATE leads_lead SET assigned_to_id = p_member, assigned_at = p_now, updated_at = p_now
    WHERE organisation_id = p_organisation AND id = p_lead;
    INSERT INTO leads_activity (id, organisation_id, lead_id, kind, at, actor_id, text, details)
    VALUES (p_line, p_organisation, p_lead, 'assigned', p_now, p_member, '', p_details);
END
$$;
"""
DROP_GIVE = "DROP FUNCTION dialer_give_lead(uuid, uuid, uuid, timestamptz, uuid, jsonb)"
BEFORE = import_module("dialer.migrations.0004_claim_by_index").CLAIM
DROP_BEFORE = import_module("dialer.migrations.0002_queue_claim").DROP


class Migration(migrations.Migration):
    dependencies = [
        ("dialer", "0004_claim_by_index"),
        ("leads", "0001_initial"),
        ("privacy", "0001_initial"),
    ]

    operations = [
        migrations.RunSQL(FACTS, DROP_FACTS),
        migrations.RunSQL(DROP_BEFORE, BEFORE),
        migrations.RunSQL(CLAIM, DROP_CLAIM),
        migrations.RunSQL(GIVE, DROP_GIVE),
        # What a member holds is found by their own index; with this one beside it, PostgreSQL took it for that too and
        # read every lease there is.
        migrations.RemoveIndex(model_name="queueentry", name="queue_leases"),
    ]
