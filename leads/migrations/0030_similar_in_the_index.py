"""What resembles a search is looked up in the index alone, and without what would lead to very many other leads."""

from importlib import import_module

from django.db import migrations

from accounts.migrations_tenancy import search_function

BEFORE = import_module("leads.migrations.0015_sounds")
# As before, but each way by itself, and of a slip the word that it makes.
WAYS = r"""
CREATE FUNCTION leads_search_ways(word text, by_likeness boolean) RETURNS TABLE (way text, slip text)
LANGUAGE sql IMMUTABLE PARALLEL SAFE BEGIN ATOMIC
    SELECT ways.way, ways.slip
    FROM (SELECT leads_folded($1), trim(leads_sounds(' ' || $1 || ' '))) AS typed (word, heard), LATERAL (
        SELECT format('l.search_text LIKE %L', leads_search_pattern($1)), NULL
        UNION ALL
        SELECT format('l.search_text LIKE %L', leads_search_sound($1)), NULL WHERE leads_search_sound($1) IS NOT NULL
        UNION ALL
        SELECT format('l.search_text LIKE %L', '% ' || typed.heard || ' %'), NULL WHERE char_length(typed.heard) >= 2
        UNION ALL
        SELECT format('%L OPERATOR(public.<%%) l.search_text', typed.word), NULL
        WHERE $2 AND char_length(typed.word) >= 5 AND typed.word !~ '[0-9]'
        UNION ALL
        SELECT format('l.search_text LIKE %L', '% ' || slips.slip || ' %'), slips.slip
        FROM (
            SELECT DISTINCT overlay(typed.word PLACING letters FROM place FOR many)
            FROM generate_series(1, char_length(typed.word)) AS places (place),
            LATERAL (VALUES ('_', 1), ('_', 0), ('', 1), (reverse(substr(typed.word, place, 2)), 2)) AS ways (letters, many)
        ) AS slips (slip)
        WHERE char_length(typed.word) BETWEEN 3 AND 10 AND typed.word !~ '[0-9%_\\]'
    ) AS ways (way, slip);
END
"""
# The index finds a word wherever one stands, also in an e-mail address; the pattern wants it between blanks. Where the
# newest leads have a slip's word often enough, and never so (gmial: @gmail.com), the index would lead to all those
# leads to find none, for seconds. Such a slip is left out: 20 of 1,000 more than match is what a tenth of a second
# looks at in a million. With the LIMIT the planner would read the table, so that a word that nobody has took longest.
SIMILAR = rf"""
CREATE OR REPLACE FUNCTION leads_similar(p_organisation uuid, p_words text[], p_owners uuid[], p_unowned boolean, p_most integer)
RETURNS uuid[] LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET pg_trgm.word_similarity_threshold = 0.5
SET enable_seqscan = on SET enable_indexscan = on SET enable_indexonlyscan = on SET jit = off AS $$
DECLARE
    conditions text;
    likeness text;
    misleading text;
    ways text[];
    by_likeness boolean;
    named uuid[] := '{{}}';
BEGIN
    IF p_organisation IS DISTINCT FROM nullif(current_setting('jini.organisation', true), '')::uuid THEN
        RAISE EXCEPTION 'search in another organisation than that of the scope' USING ERRCODE = 'insufficient_privilege';
    END IF;
    SELECT string_agg(format('public.word_similarity(%L, l.search_text)', public.leads_folded(word)), ' + ')
    INTO likeness FROM unnest(p_words) AS word;
    SELECT string_agg(
        format(
            'CASE WHEN count(*) FILTER (WHERE l.search_text LIKE %L AND l.search_text ~ %L AND NOT %s) > 20 THEN %L END',
            '%' || replace(slip, '_', '%') || '%',
            '\m' || replace(regexp_replace(slip, '([^[:alnum:]_])', '\\\1', 'g'), '_', '.*') || '\M',
            way, way
        ), ', '
    ) INTO misleading FROM unnest(p_words) AS word, LATERAL public.leads_search_ways(word, false) WHERE slip IS NOT NULL;
    EXECUTE format(
        'SELECT ARRAY[%s]::text[] FROM (
            SELECT search_text FROM public.leads_lead WHERE organisation_id = $1 AND deleted_at IS NULL
            ORDER BY created_at DESC, id DESC LIMIT 1000
        ) AS l', misleading
    ) INTO ways USING p_organisation;
    PERFORM set_config(setting, 'off', true)
    FROM unnest(ARRAY['enable_seqscan', 'enable_indexscan', 'enable_indexonlyscan']) AS setting;
    FOREACH by_likeness IN ARRAY ARRAY[false, true] LOOP
        SELECT string_agg('(' || each.ways || ')', ' AND ') INTO conditions
        FROM unnest(p_words) AS word, LATERAL (
            SELECT string_agg(way, ' OR ') FROM public.leads_search_ways(word, by_likeness)
            WHERE way = ANY (array_remove(ways, NULL)) IS NOT TRUE
        ) AS each (ways);
        EXIT WHEN conditions IS NULL;
        EXECUTE format(
            'SELECT array(SELECT id FROM (
                SELECT l.id, l.created_at, %s AS likeness FROM public.leads_lead l
                WHERE l.organisation_id = $1 AND l.deleted_at IS NULL AND %s
                AND ($2 IS NULL OR l.assigned_to_id = ANY($2) OR ($3 AND l.assigned_to_id IS NULL))
                LIMIT 200
            ) AS alike ORDER BY likeness DESC, created_at DESC, id LIMIT $4)', likeness, conditions
        ) INTO named USING p_organisation, p_owners, p_unowned, p_most;
        EXIT WHEN cardinality(named) > 0;
    END LOOP;
    RETURN named;
END
$$;
"""


class Migration(migrations.Migration):

    dependencies = [("leads", "0029_search_in_one_scan")]

    operations = [
        migrations.RunSQL(
            f"DROP FUNCTION leads_search_ways(text, boolean); {WAYS}",
            f"DROP FUNCTION leads_search_ways(text, boolean); {BEFORE.WAYS}",
        ),
        migrations.RunSQL(
            search_function(BEFORE.SIMILAR_TO, SIMILAR).sql,
            search_function(
                BEFORE.SIMILAR_TO, BEFORE.SIMILAR.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION", 1)
            ).sql,
        ),
    ]
