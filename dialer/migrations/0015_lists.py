"""Lists of a campaign, each with a share, an order and an end; the claim draws among them."""

from importlib import import_module

import django.db.models.deletion
import django.db.models.functions.text
from django.db import migrations, models

import jini.lib.ids
from accounts.migrations_tenancy import composite_keys, tenant_tables
from jini.lib.ids import UUID7_SQL

# Each campaign that is there gets one list with all that ever waited in it. What stood in the order of its due time
# goes on standing so.
FIRST_LISTS = f"""
ALTER TABLE dialer_campaign NO FORCE ROW LEVEL SECURITY;
ALTER TABLE dialer_campaignlist NO FORCE ROW LEVEL SECURITY;
ALTER TABLE dialer_queueentry NO FORCE ROW LEVEL SECURITY;
INSERT INTO dialer_campaignlist (id, organisation_id, campaign_id, name, state, share, "order", filled_at)
SELECT {UUID7_SQL}, c.organisation_id, c.id, 'List 1',
    CASE c.state WHEN 'ended' THEN 'ended' ELSE 'running' END, 1, 'oldest', c.created_at
FROM dialer_campaign c;
UPDATE dialer_queueentry q SET list_id = l.id
FROM dialer_campaignlist l WHERE l.organisation_id = q.organisation_id AND l.campaign_id = q.campaign_id;
SET CONSTRAINTS ALL IMMEDIATE;
SET CONSTRAINTS ALL DEFERRED;
ALTER TABLE dialer_queueentry FORCE ROW LEVEL SECURITY;
ALTER TABLE dialer_campaignlist FORCE ROW LEVEL SECURITY;
ALTER TABLE dialer_campaign FORCE ROW LEVEL SECURITY;
"""  # noqa: S608 -- a constant
# The lists that may be called at this moment, in the order in which the member is handed leads of them.
# Of a campaign with several, one is drawn by the shares: multiples of the golden ratio fall evenly into [0, 1), so each
# member is handed of every list what is its share, from a start of their own. The other lists follow in an order that
# is drawn anew each time, by the shares as well.
OPEN_LISTS = """
CREATE FUNCTION dialer_open_lists(p_organisation uuid, p_member uuid, p_clock time, p_today date)
RETURNS TABLE (
    list uuid, campaign uuid, priority smallint, is_mine boolean, is_drawn boolean, is_fresh_turn boolean,
    place double precision
) LANGUAGE sql STABLE AS $$
    SELECT s.list, s.campaign, s.priority, s.is_mine, s.is_mine AND (s.lists > 1 OR s.fresh_every > 0),
        s.is_mine AND s.fresh_every > 0 AND (s.handed + 1) % s.fresh_every = 0,
        CASE
            WHEN s.lists = 1 THEN 0
            WHEN s.draw * s.shares >= s.upto - s.share AND s.draw * s.shares < s.upto THEN 0
            ELSE -ln(((hashtextextended(s.list::text || p_member::text, s.handed) & 65535) + 1) / 65537.0) / s.share
        END
    FROM (
        SELECT l.id AS list, c.id AS campaign, c.priority, m.id IS NOT NULL AS is_mine,
            coalesce(c.fresh_every, 0)::integer AS fresh_every, coalesce(m.handed, 0) AS handed, l.share,
            count(*) OVER (PARTITION BY c.id) AS lists,
            sum(l.share) OVER (PARTITION BY c.id) AS shares,
            sum(l.share) OVER (PARTITION BY c.id ORDER BY l.id) AS upto,
            (coalesce(m.handed, 0) * 0.6180339887498949 + (hashtextextended(p_member::text, 1) & 65535) / 65536.0) % 1
                AS draw
        FROM dialer_campaign c
        JOIN dialer_campaignlist l ON l.organisation_id = p_organisation AND l.campaign_id = c.id
            AND l.state = 'running' AND (l.ends_on IS NULL OR l.ends_on >= p_today)
        LEFT JOIN dialer_campaignmember m ON m.organisation_id = p_organisation AND m.member_id = p_member
            AND m.campaign_id = c.id
        WHERE c.organisation_id = p_organisation AND c.state = 'running'
          AND c.opens_at <= p_clock AND p_clock < c.closes_at
    ) AS s
$$;
"""
DROP_OPEN_LISTS = "DROP FUNCTION dialer_open_lists(uuid, uuid, time, date)"
# As before, but by lists. What a probe turns up by `turn`: ranks 1 to 4, and the first calls before the retries when
# it is a first call's turn.
CLAIM = """
CREATE FUNCTION dialer_claim_next(
    p_organisation uuid, p_member uuid, p_now timestamptz, p_clock time, p_today date, p_heads jsonb,
    p_releases boolean, p_since timestamptz, p_soon timestamptz
) RETURNS json LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_sort = off AS $$
DECLARE
    entry dialer_queueentry;
    place tid;
    is_held boolean := true;
    is_reserved boolean := true;
    is_drawn boolean := false;
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
        SELECT free.place, probe.kind < 3, probe.is_drawn INTO place, is_reserved, is_drawn
        FROM (
            -- 0: a promise to call back, which is kept whatever becomes of the campaign; 1: kept for the member, of no
            -- campaign; 2: kept for the member, of a list; 3: anyone's, of a list of a campaign of theirs.
            SELECT 0 AS turn, 10 AS priority, NULL::uuid AS campaign, 0 AS kind, 0::double precision AS place,
                NULL::uuid AS list, 0 AS rank, false AS is_drawn
            WHERE is_reserved
            UNION ALL
            SELECT 2 * r.rank, 10, NULL, 1, 0, NULL, r.rank, false FROM generate_series(1, 4) AS r (rank)
            WHERE is_reserved
            UNION ALL
            SELECT CASE WHEN r.rank = 4 AND l.is_fresh_turn THEN 5 ELSE 2 * r.rank END, l.priority, l.campaign, k.kind,
                l.place, l.list, r.rank, l.is_drawn
            FROM dialer_open_lists(p_organisation, p_member, p_clock, p_today) AS l
            CROSS JOIN generate_series(1, 4) AS r (rank)
            CROSS JOIN generate_series(2, 3) AS k (kind)
            WHERE CASE k.kind WHEN 2 THEN is_reserved ELSE l.is_mine END
            ORDER BY 1, 2 DESC, 3, 4, 5, 6
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
                WHERE probe.kind = 1 AND o.organisation_id = p_organisation AND o.list_id IS NULL
                  AND o.reserved_for_id = p_member AND o.rank = probe.rank
                  AND o.due_at <= p_now AND o.finished_at IS NULL AND o.leased_to_id IS NULL
                ORDER BY o.list_id, o.due_at, o.id LIMIT 1 FOR UPDATE SKIP LOCKED
            ) AS found
            UNION ALL
            SELECT found.place FROM (
                SELECT o.ctid AS place FROM dialer_queueentry o
                WHERE probe.kind = 2 AND o.organisation_id = p_organisation AND o.list_id = probe.list
                  AND o.reserved_for_id = p_member AND o.rank = probe.rank
                  AND o.due_at <= p_now AND o.finished_at IS NULL AND o.leased_to_id IS NULL
                ORDER BY o.due_at, o.id LIMIT 1 FOR UPDATE SKIP LOCKED
            ) AS found
            UNION ALL
            SELECT found.place FROM (
                SELECT o.ctid AS place FROM dialer_queueentry o
                WHERE probe.kind = 3 AND o.organisation_id = p_organisation AND o.list_id = probe.list
                  AND o.reserved_for_id IS NULL AND o.rank = probe.rank
                  AND o.due_at <= p_now AND o.finished_at IS NULL AND o.leased_to_id IS NULL
                  -- Where the last one was found: nothing that was taken since is walked over again.
                  AND (o.due_at, o.id) >= (
                      coalesce((p_heads -> (probe.list || ':' || probe.rank) ->> 0)::timestamptz, '-infinity'),
                      coalesce(
                          (p_heads -> (probe.list || ':' || probe.rank) ->> 1)::uuid,
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
        'is_drawn', is_drawn,
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
DROP FUNCTION dialer_claim_next(uuid, uuid, timestamptz, time, date, jsonb, boolean, timestamptz, timestamptz);
"""
BEFORE = import_module("dialer.migrations.0005_claim_in_one_question").CLAIM
DROP_BEFORE = import_module("dialer.migrations.0005_claim_in_one_question").DROP_CLAIM


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0004_push'),
        ('dialer', '0014_devices'),
        ('leads', '0018_likely_duplicates'),
    ]

    operations = [
        migrations.CreateModel(
            name='CampaignList',
            fields=[
                ('id', models.UUIDField(default=jini.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=80, verbose_name='name')),
                ('state', models.CharField(choices=[('waiting', 'Starts later'), ('running', 'Running'), ('paused', 'Paused'), ('ended', 'Ended')], default='running', editable=False, max_length=10, verbose_name='state')),
                ('share', models.PositiveSmallIntegerField(default=1, help_text='1 to 9. Of lists with the shares 3 and 1, the first is called three times out of four.', verbose_name='share')),
                ('order', models.CharField(choices=[('oldest', 'Oldest first'), ('newest', 'Newest first'), ('value', 'Highest value first')], default='oldest', max_length=10, verbose_name='order')),
                ('ends_on', models.DateField(blank=True, help_text='After it the list ends and its leads wait no more; promised calls are kept.', null=True, verbose_name='last day')),
                ('filled_at', models.DateTimeField(editable=False, null=True)),
                ('ordering_from', models.UUIDField(editable=False, null=True)),
                ('after', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='dialer.campaignlist', verbose_name='starts after')),
                ('campaign', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='lists', to='dialer.campaign')),
                ('organisation', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation')),
            ],
        ),
        migrations.AddConstraint(
            model_name='campaignlist',
            constraint=models.UniqueConstraint(models.F('organisation'), models.F('campaign'), django.db.models.functions.text.Lower('name'), name='campaign_list_name_once'),
        ),
        migrations.AddConstraint(
            model_name='campaignlist',
            constraint=models.CheckConstraint(condition=models.Q(('share__range', (1, 9))), name='campaign_list_share_1_to_9'),
        ),
        migrations.AddConstraint(
            model_name='campaignlist',
            constraint=models.CheckConstraint(condition=models.Q(('after', None), models.Q(('after', models.F('id')), _negated=True), _connector='OR'), name='campaign_list_not_after_itself'),
        ),
        migrations.AddConstraint(
            model_name='campaignlist',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'waiting'), _negated=True), ('after__isnull', False), _connector='OR'), name='campaign_list_waits_for_another'),
        ),
        *tenant_tables("dialer_campaignlist"),
        *composite_keys(
            ("dialer_campaignlist", "campaign_id", "dialer_campaign"),
            ("dialer_campaignlist", "after_id", "dialer_campaignlist"),
        ),
        migrations.AddField(
            model_name='campaign',
            name='fresh_every',
            field=models.PositiveSmallIntegerField(blank=True, help_text='Retries come before first calls. With 4, every fourth call is a first one all the same.', null=True, verbose_name='every how many calls a first call'),
        ),
        migrations.AddField(
            model_name='campaignmember',
            name='handed',
            field=models.PositiveIntegerField(db_default=0, default=0, editable=False),
        ),
        migrations.AlterField(
            model_name='queueentry',
            name='finished_because',
            field=models.CharField(blank=True, choices=[('converted', 'Converted'), ('not_interested', 'Not interested'), ('closed', 'Closed'), ('done', 'Done'), ('do_not_call', 'Do not call'), ('unworkable', 'Number cannot be worked'), ('attempts_used', 'Attempts used'), ('retries_used', 'Retries used'), ('refused', 'Not allowed by the contact rules'), ('campaign_ended', 'Campaign ended'), ('list_ended', 'List ended'), ('deleted', 'Lead in the bin'), ('merged', 'Merged with another lead')], max_length=20),
        ),
        migrations.AddConstraint(
            model_name='campaign',
            constraint=models.CheckConstraint(condition=models.Q(('fresh_every', None), ('fresh_every__range', (2, 20)), _connector='OR'), name='campaign_fresh_every_2_to_20'),
        ),
        migrations.AddField(
            model_name='queueentry',
            name='list',
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='dialer.campaignlist'),
        ),
        migrations.RunSQL(FIRST_LISTS, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name='queueentry',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('campaign', None), ('list', None)), models.Q(('campaign__isnull', False), ('list__isnull', False)), _connector='OR'), name='queue_campaign_has_list'),
        ),
        migrations.RemoveIndex(
            model_name='queueentry',
            name='queue_free_of_campaign',
        ),
        migrations.AddIndex(
            model_name='queueentry',
            index=models.Index(condition=models.Q(('finished_at', None), ('leased_to', None)), fields=['organisation', 'list', 'reserved_for', 'rank', 'due_at', 'id'], name='queue_free_of_list'),
        ),
        *composite_keys(("dialer_queueentry", "list_id", "dialer_campaignlist")),
        migrations.RunSQL(OPEN_LISTS, DROP_OPEN_LISTS),
        migrations.RunSQL(DROP_BEFORE, BEFORE),
        migrations.RunSQL(CLAIM, DROP_CLAIM),
    ]
