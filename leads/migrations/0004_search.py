"""Search in the text of leads and in the digits of their numbers, over a million of them."""

import django.contrib.postgres.indexes
from django.db import migrations, models

from accounts.migrations_tenancy import search_function, searched_table

# The same name is written in several ways: with the nukta in the letter or behind it or left out, with chandrabindu or
# anusvara, with invisible joiners; digits in either script. Composed letters, then what becomes of them; what has no
# counterpart is dropped.
FOLDED = r"""
CREATE FUNCTION leads_folded(text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN
    CASE WHEN octet_length($1) = char_length($1) THEN lower($1) ELSE translate(
        lower($1),
        U&'\0958\0959\095A\095B\095C\095D\095E\095F\0929\0931\0934\0901\0966\0967\0968\0969\096A\096B\096C\096D\096E\096F\00A0\093C\200C\200D',
        U&'\0915\0916\0917\091C\0921\0922\092B\092F\0928\0930\0933\09020123456789 '
    ) END
"""
# Every word begins behind a space, and the number stands at the end.
TEXT = """
CREATE FUNCTION leads_search_text(name text, email text, city text, phone text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN
    leads_folded(' ' || name || ' ' || email || ' ' || city || ' ' || substr(phone, 2))
"""
# What a word that was typed is held against, by LIKE. From three characters on it may stand anywhere. A shorter one has
# no trigram of its own: it begins a word or, as digits, ends the number.
PATTERN = r"""
CREATE FUNCTION leads_search_pattern(word text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN (
    SELECT CASE
        WHEN char_length(folded.word) >= 3 THEN '%' || escaped.word || '%'
        WHEN folded.word ~ '^[0-9]+$' THEN '%' || escaped.word
        ELSE '% ' || escaped.word || '%'
    END
    FROM (SELECT leads_folded($1)) AS folded (word),
    LATERAL (SELECT replace(replace(replace(folded.word, '\', '\\'), '%', '\%'), '_', '\_')) AS escaped (word)
)
"""
# Names the leads, unless they are more than p_most (of which one more is returned) or so frequent among the
# newest that a list read in its order is full at once (NULL, at the cost of reading those). One word of digits also finds
# a further number of a lead.
SEARCH = r"""
CREATE FUNCTION leads_search(p_organisation uuid, p_words text[], p_most integer) RETURNS uuid[]
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    conditions text;
    further text := '';
    is_frequent boolean;
    named uuid[];
BEGIN
    IF p_organisation IS DISTINCT FROM nullif(current_setting('jini.organisation', true), '')::uuid THEN
        RAISE EXCEPTION 'search in another organisation than that of the scope' USING ERRCODE = 'insufficient_privilege';
    END IF;
    SELECT string_agg(format('l.search_text LIKE %L', public.leads_search_pattern(word)), ' AND ') INTO conditions
    FROM unnest(p_words) AS word;
    conditions := coalesce(conditions, 'true');
    EXECUTE format(
        'SELECT count(*) > 100 FROM (
            SELECT search_text FROM public.leads_lead WHERE organisation_id = $1 ORDER BY created_at DESC, id DESC LIMIT 1000
        ) AS l WHERE %s', conditions
    ) INTO is_frequent USING p_organisation;
    IF is_frequent THEN
        RETURN NULL;
    END IF;
    IF cardinality(p_words) = 1 AND p_words[1] ~ '^[0-9]{3,}$' THEN
        further := format(
            'UNION (SELECT lead_id FROM public.leads_leadphone WHERE organisation_id = $1 AND phone LIKE %L LIMIT $2 + 1)',
            '%' || p_words[1] || '%'
        );
    END IF;
    EXECUTE format(
        'SELECT array(SELECT id FROM (
            (SELECT l.id FROM public.leads_lead l WHERE l.organisation_id = $1 AND %s LIMIT $2 + 1) %s
        ) AS matching LIMIT $2 + 1)', conditions, further
    ) INTO named USING p_organisation, p_most;
    RETURN named;
END
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("leads", "0003_import_steps")]

    operations = [
        migrations.RunSQL(FOLDED, "DROP FUNCTION leads_folded(text)"),
        migrations.RunSQL(TEXT, "DROP FUNCTION leads_search_text(text, text, text, text)"),
        migrations.RunSQL(PATTERN, "DROP FUNCTION leads_search_pattern(text)"),
        migrations.AddField(
            model_name="lead",
            name="search_text",
            field=models.GeneratedField(
                db_persist=True,
                expression=models.Func("name", "email", "city", "phone", function="leads_search_text"),
                output_field=models.TextField(),
            ),
        ),
        migrations.AddIndex(
            model_name="lead",
            index=django.contrib.postgres.indexes.GinIndex(
                fields=["organisation", "search_text"], name="lead_by_text", opclasses=["uuid_ops", "gin_trgm_ops"]
            ),
        ),
        migrations.AddIndex(
            model_name="leadphone",
            index=django.contrib.postgres.indexes.GinIndex(
                fields=["organisation", "phone"], name="lead_by_alternate_digits", opclasses=["uuid_ops", "gin_trgm_ops"]
            ),
        ),
        searched_table("leads_lead", "id", "organisation_id", "created_at", "search_text"),
        searched_table("leads_leadphone", "organisation_id", "lead_id", "phone"),
        search_function("leads_search(uuid, text[], integer)", SEARCH),
    ]
