"""Finding leads that may be one person, each by an index."""

from django.db import migrations

from accounts.migrations_tenancy import SEARCHER, search_function

NAME = "leads_likely(uuid, uuid[], uuid[], uuid[], boolean, boolean, boolean, integer, integer)"
# Judges the pairs that each of p_leads makes with others, and the pairs of p_one with p_two. Others are those that share
# a number or an address, and of the same city the fifty names before and after its own in the alphabet, and before and
# after its own with the last word first: so a look costs the same however many leads there are. A reason that more than
# p_most others share with a lead says nothing and finds nobody: a number of a whole office, a frequent name.
# The city is named in the order although it is one: of a condition that could leak, row-level security lets the planner
# conclude nothing. What it believes of tables that were just filled would make it read them whole.
LIKELY = r"""
CREATE FUNCTION leads_likely(
    p_organisation uuid, p_leads uuid[], p_one uuid[], p_two uuid[],
    p_number boolean, p_email boolean, p_name boolean, p_percent integer, p_most integer
) RETURNS TABLE (lead uuid, other uuid, same_number boolean, same_email boolean, likeness integer)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
#variable_conflict use_column
BEGIN
    IF p_organisation IS DISTINCT FROM nullif(current_setting('jini.organisation', true), '')::uuid THEN
        RAISE EXCEPTION 'search in another organisation than that of the scope' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN QUERY
    WITH looked AS MATERIALIZED (
        SELECT l.id, l.phone, lower(l.email) AS email, public.leads_folded(l.city) AS city,
            public.leads_folded(l.name) AS name,
            regexp_replace(public.leads_folded(l.name), '^(.*\S)\s+(\S+)$', '\2 \1') AS turned
        FROM public.leads_lead l
        WHERE l.organisation_id = p_organisation AND l.id = ANY (p_leads) AND l.deleted_at IS NULL
    ), found AS (
        SELECT k.id AS one, n.two, 'number' AS reason FROM looked k, LATERAL (
            SELECT p.lead_id AS two FROM public.leads_leadphone p
            WHERE p.organisation_id = p_organisation AND p.phone = k.phone
            UNION
            SELECT o.id FROM public.leads_leadphone p
            JOIN public.leads_lead o ON o.organisation_id = p_organisation AND o.phone = p.phone AND o.deleted_at IS NULL
            WHERE p.organisation_id = p_organisation AND p.lead_id = k.id
            UNION
            SELECT q.lead_id FROM public.leads_leadphone p
            JOIN public.leads_leadphone q ON q.organisation_id = p_organisation AND q.phone = p.phone
            WHERE p.organisation_id = p_organisation AND p.lead_id = k.id
            LIMIT p_most + 2
        ) n WHERE p_number
        UNION ALL
        SELECT k.id, n.id, 'email' FROM looked k, LATERAL (
            SELECT o.id FROM public.leads_lead o
            WHERE o.organisation_id = p_organisation AND lower(o.email) = k.email AND o.email <> '' AND o.deleted_at IS NULL
            LIMIT p_most + 2
        ) n WHERE p_email AND k.email <> ''
        UNION ALL
        SELECT k.id, n.id, 'name' FROM looked k, LATERAL (
            SELECT near.id FROM (VALUES (k.name), (k.turned)) AS start (name), LATERAL (
                (SELECT o.id, public.leads_folded(o.name) AS name FROM public.leads_lead o
                 WHERE o.organisation_id = p_organisation AND public.leads_folded(o.city) = k.city AND o.city <> ''
                   AND o.deleted_at IS NULL AND public.leads_folded(o.name) COLLATE "C" >= start.name
                 ORDER BY public.leads_folded(o.city), public.leads_folded(o.name) COLLATE "C" LIMIT 50)
                UNION ALL
                (SELECT o.id, public.leads_folded(o.name) FROM public.leads_lead o
                 WHERE o.organisation_id = p_organisation AND public.leads_folded(o.city) = k.city AND o.city <> ''
                   AND o.deleted_at IS NULL AND public.leads_folded(o.name) COLLATE "C" < start.name
                 ORDER BY public.leads_folded(o.city) DESC, public.leads_folded(o.name) COLLATE "C" DESC LIMIT 50)
            ) AS near
            WHERE round(100 * public.similarity(near.name, k.name)) >= p_percent
            GROUP BY near.id
        ) n WHERE p_name AND k.name <> '' AND k.city <> ''
    ), fit AS (
        SELECT one, two FROM (
            SELECT one, two, count(*) OVER (PARTITION BY one, reason) AS times FROM found WHERE one <> two
        ) AS counted WHERE times <= p_most
        UNION ALL
        SELECT one, two FROM unnest(p_one, p_two) AS known (one, two)
    ), pair AS (
        SELECT DISTINCT least(one, two) AS one, greatest(one, two) AS two FROM fit
    )
    SELECT a.id, b.id,
        p_number AND EXISTS (
            SELECT 1 FROM (
                SELECT a.phone AS phone
                UNION ALL
                SELECT p.phone FROM public.leads_leadphone p WHERE p.organisation_id = p_organisation AND p.lead_id = a.id
            ) AS mine
            WHERE mine.phone = b.phone OR EXISTS (
                SELECT 1 FROM public.leads_leadphone q
                WHERE q.organisation_id = p_organisation AND q.lead_id = b.id AND q.phone = mine.phone
            )
        ),
        p_email AND a.email <> '' AND lower(a.email) = lower(b.email),
        CASE WHEN p_name AND a.name <> '' AND a.city <> '' AND public.leads_folded(a.city) = public.leads_folded(b.city)
            THEN round(100 * public.similarity(public.leads_folded(a.name), public.leads_folded(b.name)))::integer
            ELSE 0 END
    FROM pair
    JOIN public.leads_lead a ON a.organisation_id = p_organisation AND a.id = pair.one AND a.deleted_at IS NULL
    JOIN public.leads_lead b ON b.organisation_id = p_organisation AND b.id = pair.two AND b.deleted_at IS NULL;
END
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("leads", "0017_merges")]

    operations = [
        migrations.RunSQL(
            f"GRANT SELECT (name, email, city, phone) ON leads_lead TO {SEARCHER}",
            f"REVOKE SELECT (name, email, city, phone) ON leads_lead FROM {SEARCHER}",
        ),
        search_function(NAME, LIKELY),
    ]
