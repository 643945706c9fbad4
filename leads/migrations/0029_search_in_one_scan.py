"""The search asks the index for all words at once, and names nothing of the bin."""

from importlib import import_module

from django.db import migrations

from accounts.migrations_tenancy import search_function

NAME = "leads_search_words(uuid, text[], integer)"
BEFORE = import_module("leads.migrations.0015_sounds").SEARCH.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION", 1)
# What of a pattern the index can look up: three letters or digits, one that begins a word, two that end one.
HAS_TRIGRAM = "[[:alnum:]]{3}|[^[:alnum:]%][[:alnum:]]|[[:alnum:]]{2}[^[:alnum:]%]"
# As before; but words are looked up together. Of OR PostgreSQL makes an index scan for each way of a word, which walks
# through all leads of the organisation before the next word is looked at; of ANY it makes one for each choice of ways,
# in which every word narrows every other one. Three words have up to eight choices; the words after them are looked at
# in what those leave, and so is a single digit, which the index does not know.
# With the LIMIT the planner would read the table where it guesses that a word is frequent; that it is not is known.
SEARCH = rf"""
CREATE OR REPLACE FUNCTION leads_search_words(p_organisation uuid, p_words text[], p_most integer) RETURNS uuid[]
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
SET enable_seqscan = on SET enable_indexscan = on SET enable_indexonlyscan = on SET jit = off AS $$
DECLARE
    conditions text;
    together text;
    further text := '';
    is_in_index boolean;
    is_frequent boolean;
    named uuid[];
BEGIN
    IF p_organisation IS DISTINCT FROM nullif(current_setting('jini.organisation', true), '')::uuid THEN
        RAISE EXCEPTION 'search in another organisation than that of the scope' USING ERRCODE = 'insufficient_privilege';
    END IF;
    SELECT
        coalesce(string_agg(each_way, ' AND '), 'true'),
        coalesce(string_agg(
            CASE WHEN NOT has_trigram THEN format('coalesce(%s, false)', each_way) WHEN number <= 3 THEN any_way ELSE each_way END,
            ' AND '
        ), 'true'),
        coalesce(bool_or(has_trigram), false)
    INTO conditions, together, is_in_index
    FROM (
        SELECT number, written ~ '{HAS_TRIGRAM}', format('(l.search_text LIKE %L OR l.search_text LIKE %L)', written, sounding),
            format('l.search_text LIKE ANY (%L::text[])', array_remove(ARRAY[written, sounding], NULL))
        FROM unnest(p_words) WITH ORDINALITY AS words (word, number),
        LATERAL (SELECT public.leads_search_pattern(word), public.leads_search_sound(word)) AS ways (written, sounding)
    ) AS asked (number, has_trigram, each_way, any_way);
    EXECUTE format(
        'SELECT count(*) > 100 FROM (
            SELECT search_text FROM public.leads_lead WHERE organisation_id = $1 AND deleted_at IS NULL
            ORDER BY created_at DESC, id DESC LIMIT 1000
        ) AS l WHERE %s', conditions
    ) INTO is_frequent USING p_organisation;
    IF is_frequent THEN
        RETURN NULL;
    END IF;
    IF cardinality(p_words) = 1 AND p_words[1] ~ '^[0-9]{{3,}}$' THEN
        further := format(
            'UNION (SELECT l.id FROM public.leads_leadphone p
                JOIN public.leads_lead l ON l.organisation_id = $1 AND l.id = p.lead_id AND l.deleted_at IS NULL
                WHERE p.organisation_id = $1 AND p.phone LIKE %L LIMIT $2 + 1)',
            '%' || p_words[1] || '%'
        );
    END IF;
    IF is_in_index THEN
        PERFORM set_config(setting, 'off', true)
        FROM unnest(ARRAY['enable_seqscan', 'enable_indexscan', 'enable_indexonlyscan']) AS setting;
    END IF;
    EXECUTE format(
        'SELECT array(SELECT id FROM (
            (SELECT l.id FROM public.leads_lead l WHERE l.organisation_id = $1 AND l.deleted_at IS NULL AND %s LIMIT $2 + 1) %s
        ) AS matching LIMIT $2 + 1)', together, further
    ) INTO named USING p_organisation, p_most;
    RETURN named;
END
$$;
"""


class Migration(migrations.Migration):

    dependencies = [("leads", "0028_likely_without_compiling")]

    operations = [migrations.RunSQL(search_function(NAME, SEARCH).sql, search_function(NAME, BEFORE).sql)]
