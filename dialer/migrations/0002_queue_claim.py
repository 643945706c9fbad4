"""The indexes and the function by which the next lead is taken from the queue."""

from django.db import migrations, models

# One call of the client, one index range scan a probe, and plans that PostgreSQL keeps: planning the same question as
# one big statement under row-level security costs 2 ms, ten times what answering it does.
CLAIM = """
CREATE FUNCTION dialer_claim_next(
    p_organisation uuid, p_member uuid, p_now timestamptz, p_clock time, p_heads jsonb
) RETURNS TABLE (entry_id uuid, is_held boolean, is_reserved boolean) LANGUAGE plpgsql AS $$
DECLARE
    probe record;
    head jsonb;
    lease_end timestamptz;
BEGIN
    is_held := false;
    is_reserved := true;
    SELECT p_now + s.lease_minutes * interval '1 minute' INTO lease_end FROM dialer_dialersettings s
    WHERE s.organisation_id = p_organisation;
    -- Two clicks of one telecaller come one after the other; the second finds what the first one took.
    PERFORM pg_advisory_xact_lock(hashtextextended(p_member::text, 0));
    UPDATE dialer_queueentry q SET lease_until = lease_end
    WHERE q.organisation_id = p_organisation AND q.leased_to_id = p_member AND q.finished_at IS NULL
    RETURNING q.id INTO entry_id;
    IF FOUND THEN
        is_held := true;
        RETURN NEXT;
        RETURN;
    END IF;

    -- What was opened and left goes back, unless its telecaller is still at the call.
    UPDATE dialer_queueentry q SET leased_to_id = NULL, lease_until = NULL
    WHERE q.id IN (
        SELECT o.id FROM dialer_queueentry o
        WHERE o.organisation_id = p_organisation AND o.lease_until <= p_now
          AND o.finished_at IS NULL AND o.leased_to_id IS NOT NULL
          AND NOT EXISTS (
              SELECT 1 FROM dialer_call c
              WHERE c.organisation_id = p_organisation AND c.telecaller_id = o.leased_to_id
                AND c.closed_at IS NULL AND c.lead_id = o.lead_id
          )
        LIMIT 100 FOR UPDATE SKIP LOCKED
    );

    -- A promise to call back is kept whatever becomes of the campaign.
    UPDATE dialer_queueentry q SET leased_to_id = p_member, lease_until = lease_end
    WHERE q.id = (
        SELECT o.id FROM dialer_queueentry o
        WHERE o.organisation_id = p_organisation AND o.reserved_for_id = p_member AND o.rank = 0
          AND o.due_at <= p_now AND o.finished_at IS NULL AND o.leased_to_id IS NULL
        ORDER BY o.due_at, o.id LIMIT 1 FOR UPDATE SKIP LOCKED
    ) RETURNING q.id INTO entry_id;
    IF FOUND THEN
        RETURN NEXT;
        RETURN;
    END IF;

    FOR probe IN
        SELECT r.rank, c.id AS campaign, c.is_mine
        FROM generate_series(1, 4) AS r (rank)
        CROSS JOIN (
            SELECT NULL::uuid AS id, false AS is_mine, 10 AS priority
            UNION ALL
            SELECT o.id, EXISTS (
                SELECT 1 FROM dialer_campaignmember m
                WHERE m.organisation_id = p_organisation AND m.member_id = p_member AND m.campaign_id = o.id
            ), o.priority
            FROM dialer_campaign o
            WHERE o.organisation_id = p_organisation AND o.state = 'running'
              AND o.opens_at <= p_clock AND p_clock < o.closes_at
        ) AS c
        ORDER BY r.rank, c.priority DESC, c.id
    LOOP
        is_reserved := true;
        IF probe.campaign IS NULL THEN
            UPDATE dialer_queueentry q SET leased_to_id = p_member, lease_until = lease_end
            WHERE q.id = (
                SELECT o.id FROM dialer_queueentry o
                WHERE o.organisation_id = p_organisation AND o.campaign_id IS NULL AND o.reserved_for_id = p_member
                  AND o.rank = probe.rank AND o.due_at <= p_now AND o.finished_at IS NULL AND o.leased_to_id IS NULL
                ORDER BY o.due_at, o.id LIMIT 1 FOR UPDATE SKIP LOCKED
            ) RETURNING q.id INTO entry_id;
        ELSE
            UPDATE dialer_queueentry q SET leased_to_id = p_member, lease_until = lease_end
            WHERE q.id = (
                SELECT o.id FROM dialer_queueentry o
                WHERE o.organisation_id = p_organisation AND o.campaign_id = probe.campaign
                  AND o.reserved_for_id = p_member
                  AND o.rank = probe.rank AND o.due_at <= p_now AND o.finished_at IS NULL AND o.leased_to_id IS NULL
                ORDER BY o.due_at, o.id LIMIT 1 FOR UPDATE SKIP LOCKED
            ) RETURNING q.id INTO entry_id;
        END IF;
        IF entry_id IS NULL AND probe.is_mine THEN
            is_reserved := false;
            head := p_heads -> (probe.campaign || ':' || probe.rank);
            UPDATE dialer_queueentry q SET leased_to_id = p_member, lease_until = lease_end
            WHERE q.id = (
                SELECT o.id FROM dialer_queueentry o
                WHERE o.organisation_id = p_organisation AND o.campaign_id = probe.campaign
                  AND o.reserved_for_id IS NULL
                  AND o.rank = probe.rank AND o.due_at <= p_now AND o.finished_at IS NULL AND o.leased_to_id IS NULL
                  -- Where the last one was found: nothing that was taken since is walked over again.
                  AND (o.due_at, o.id) >= (
                      coalesce((head ->> 0)::timestamptz, '-infinity'),
                      coalesce((head ->> 1)::uuid, '00000000-0000-0000-0000-000000000000')
                  )
                ORDER BY o.due_at, o.id LIMIT 1 FOR UPDATE SKIP LOCKED
            ) RETURNING q.id INTO entry_id;
        END IF;
        IF entry_id IS NOT NULL THEN
            RETURN NEXT;
            RETURN;
        END IF;
    END LOOP;
END
$$;
"""
DROP = "DROP FUNCTION dialer_claim_next(uuid, uuid, timestamptz, time, jsonb)"


class Migration(migrations.Migration):
    dependencies = [("dialer", "0001_initial")]

    operations = [
        migrations.RemoveIndex(model_name="queueentry", name="queue_next_of_campaign"),
        migrations.RemoveIndex(model_name="queueentry", name="queue_next_of_member"),
        migrations.AddIndex(
            model_name="queueentry",
            index=models.Index(
                fields=["organisation", "campaign", "reserved_for", "rank", "due_at", "id"],
                name="queue_free_of_campaign",
                condition=models.Q(finished_at=None, leased_to=None),
            ),
        ),
        migrations.AddIndex(
            model_name="queueentry",
            index=models.Index(
                fields=["organisation", "reserved_for", "rank", "due_at", "id"],
                name="queue_next_of_member",
                condition=models.Q(finished_at=None, leased_to=None, reserved_for__isnull=False),
            ),
        ),
        migrations.AddIndex(
            model_name="queueentry",
            index=models.Index(
                fields=["organisation", "lease_until"],
                name="queue_leases",
                condition=models.Q(finished_at=None, leased_to__isnull=False),
            ),
        ),
        migrations.AlterField(
            model_name="queueentry",
            name="finished_because",
            field=models.CharField(
                blank=True,
                choices=[
                    ("converted", "Converted"),
                    ("not_interested", "Not interested"),
                    ("closed", "Closed"),
                    ("done", "Done"),
                    ("do_not_call", "Do not call"),
                    ("unworkable", "Number cannot be worked"),
                    ("attempts_used", "Attempts used"),
                    ("retries_used", "Retries used"),
                    ("refused", "Not allowed by the contact rules"),
                    ("campaign_ended", "Campaign ended"),
                ],
                max_length=20,
            ),
        ),
        migrations.RunSQL(CLAIM, DROP),
    ]
