"""Names are found across the two scripts, and when one letter is wrong (ADR 8).

Behind the number, `search_text` says how the words of the name and the city sound: consonants and the vowels i and u, long and
short, aspirated and not, all alike, so that शर्मा, Sharma and Sarma are one word. It is written in Armenian letters, one
set for words that were in Latin letters and one for those in Devanagari: nobody types those, so what is typed never
matches there by chance, and the one trigram index serves both.
"""

import importlib

import django.contrib.postgres.indexes
from django.db import migrations, models

from accounts.migrations_tenancy import SEARCHER, search_function

before = importlib.import_module("leads.migrations.0004_search")
binning = importlib.import_module("leads.migrations.0009_bin")

# Plain replacements wherever they do: each takes a fifth of a microsecond, translate() and a regular expression twenty to fifty
# times as long. Every word has a blank before and behind it. Both scripts end alike: m before p and b is n, the first e of a
# word is i, every further a and e is dropped (one hears them, but writes them as one likes), of a double letter one stays.
ENDING = {"mb": "nb", "mp": "np", " e": " i", " a": " A", "a": "", "e": "", "A": "a"}
DOUBLE = {letter * 2: letter for letter in "bcdghjklmnprstviu"}


def replacing(text: str, *tables: dict[str, str]) -> str:
    """Return the SQL that replaces in `text` what the tables say, one after the other."""
    for table in tables:
        for old, new in table.items():
            text = f"replace({text}, '{old}', '{new}')"
    return text


def heard(text: str) -> str:
    return replacing(text, ENDING, DOUBLE, {"ii": "i", "uu": "u"})


# As Indian names are romanised: an h behind a consonant makes an aspirate (C is the one of church); x is ksh, ph is f, w is v,
# z is j, ee is i, oo is u.
ASPIRATES = {"hh": "h", "ch": "C", "ck": "k", "Ch": "C"} | {f"{letter}h": letter for letter in "bdgjklmnpqstvwz"}
VOWELS = {"x": "ks", "ey ": "e ", "oo": "u", "ee": "i", "ow": "u", "ou": "u", "au": "u"}
ALIKE = {"c": "k", "C": "c", "f": "p", "q": "k", "w": "v", "z": "j", "y": "i", "o": "u"}
LATIN = f"""
CREATE FUNCTION leads_heard_latin(text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN
    {heard(replacing("regexp_replace(lower($1), '[^a-z]+', ' ', 'g')", ASPIRATES, VOWELS, ALIKE))}
"""
# The letters of leads_folded, which has dropped the nukta; of the letters with one, only ड़ and ढ़ sound otherwise. An h behind
# another consonant is an aspirate, as in Sinha; ज्ञ is gy, and ऋ is ri.
FLAPPED = r"""regexp_replace(lower($1), U&'[\095C\095D]|[\0921\0922]\093C', 'र', 'g')"""
CONJUNCTS = {"ज्ञ": "गय", "ंह": "ंग", "्ह": "", "ृ": "रि", "ऋ": "रि"}
LETTERS = {
    **dict.fromkeys("अआ", "a"),
    **dict.fromkeys("एऍ", "e"),
    **dict.fromkeys("ऐइईयिीै", "i"),
    **dict.fromkeys("उऊओऔऑुूोौॉ", "u"),
    **dict.fromkeys("कख", "k"),
    **dict.fromkeys("गघ", "g"),
    **dict.fromkeys("चछ", "c"),
    **dict.fromkeys("जझ", "j"),
    **dict.fromkeys("टठतथ", "t"),
    **dict.fromkeys("डढदध", "d"),
    **dict.fromkeys("ङञणनं", "n"),
    **dict.fromkeys("पफ", "p"),
    **dict.fromkeys("बभ", "b"),
    **dict.fromkeys("लळ", "l"),
    **dict.fromkeys("शषस", "s"),
    **dict(zip("मरवह", "mrvh", strict=True)),
}
SILENT = "ाेॅ्ः"
WRITTEN = f"""
    translate(
        {replacing(f"leads_folded({FLAPPED})", CONJUNCTS)},
        'abcdefghijklmnopqrstuvwxyz{"".join(LETTERS)}{SILENT}', '{" " * 26}{"".join(LETTERS.values())}'
    )
"""
DEVANAGARI = f"""
CREATE FUNCTION leads_heard_devanagari(text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN
    {heard(f"regexp_replace({WRITTEN}, '[^a-z]+', ' ', 'g')")}
"""
# The letters that are left, in two sets of Armenian ones: for what was written in Latin letters, and in Devanagari.
LEFT = "aiubcdghjklmnprstv"
OF_LATIN = {letter: chr(0x0561 + place) for place, letter in enumerate(LEFT)}
OF_DEVANAGARI = {letter: chr(0x0573 + place) for place, letter in enumerate(LEFT)}
SOUNDS = f"""
CREATE FUNCTION leads_sounds(text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN
    {replacing("leads_heard_latin($1)", OF_LATIN)}
    || CASE WHEN octet_length($1) = char_length($1) THEN ''
    ELSE {replacing("leads_heard_devanagari($1)", OF_DEVANAGARI)} END
"""
# The number still ends a part, which a sign closes that nobody types.
TEXT = r"""
CREATE OR REPLACE FUNCTION leads_search_text(name text, email text, city text, phone text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN
    leads_folded(' ' || name || ' ' || email || ' ' || city || ' ' || substr(phone, 2))
    || U&'\001F' || leads_sounds(' ' || name || ' ' || city || ' ')
"""
PATTERN = r"""
CREATE OR REPLACE FUNCTION leads_search_pattern(word text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN (
    SELECT CASE
        WHEN char_length(folded.word) >= 3 THEN '%' || escaped.word || '%'
        WHEN folded.word ~ '^[0-9]+$' THEN '%' || escaped.word || U&'\001F%'
        ELSE '% ' || escaped.word || '%'
    END
    FROM (SELECT leads_folded($1)) AS folded (word),
    LATERAL (SELECT replace(replace(replace(folded.word, '\', '\\'), '%', '\%'), '_', '\_')) AS escaped (word)
)
"""
# The same word in the other script, as a whole: what is typed in Devanagari is held against what was written in Latin letters
# and the reverse. NULL, which matches nothing, when too little of the word can be heard.
IN_LATIN, IN_DEVANAGARI = "lower($1) ~ '^[a-z]+$'", r"$1 ~ U&'^[\0900-\0963\200C\200D]+$'"
SOUND = f"""
CREATE FUNCTION leads_search_sound(word text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN (
    SELECT CASE WHEN char_length(heard.word) >= 4 THEN '%' || heard.word || '%' END
    FROM (SELECT CASE
        WHEN {IN_LATIN} THEN {replacing("leads_heard_latin(' ' || $1 || ' ')", OF_DEVANAGARI)}
        WHEN {IN_DEVANAGARI} THEN {replacing("leads_heard_devanagari(' ' || $1 || ' ')", OF_LATIN)}
    END) AS heard (word)
)
"""
NAMED = "leads_search_words(uuid, text[], integer)"
# `leads_search` of 0004, without the bin of 0009, with the other script.
WITHOUT_BIN = binning.SEARCH.replace("CREATE OR REPLACE FUNCTION", "CREATE FUNCTION")
SEARCH = WITHOUT_BIN.replace("leads_search(", "leads_search_words(").replace(
    "string_agg(format('l.search_text LIKE %L', public.leads_search_pattern(word)), ' AND ')",
    "string_agg(format('(l.search_text LIKE %L OR l.search_text LIKE %L)',"
    " public.leads_search_pattern(word), public.leads_search_sound(word)), ' AND ')",
)
SIMILAR_TO = "leads_similar(uuid, text[], uuid[], boolean, integer)"
# Names the leads whose words resemble those typed, the most alike first: in each word one letter is wrong, missing, too much or
# has changed places with the next, or it sounds the same; only when there is no such lead, half of a longer word is there.
# p_owners are the people whose leads are seen (NULL: everybody's), p_unowned whether those of nobody are. Of very many, all
# of which have the same word, it ranks some.
SIMILAR = r"""
CREATE FUNCTION leads_similar(p_organisation uuid, p_words text[], p_owners uuid[], p_unowned boolean, p_most integer)
RETURNS uuid[] LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET pg_trgm.word_similarity_threshold = 0.5 AS $$
DECLARE
    conditions text;
    likeness text;
    by_likeness boolean;
    named uuid[] := '{}';
BEGIN
    IF p_organisation IS DISTINCT FROM nullif(current_setting('jini.organisation', true), '')::uuid THEN
        RAISE EXCEPTION 'search in another organisation than that of the scope' USING ERRCODE = 'insufficient_privilege';
    END IF;
    FOREACH by_likeness IN ARRAY ARRAY[false, true] LOOP
        SELECT string_agg('(' || ways.conditions || ')', ' AND '),
            string_agg(format('public.word_similarity(%L, l.search_text)', public.leads_folded(word)), ' + ')
        INTO conditions, likeness
        FROM unnest(p_words) AS word, LATERAL public.leads_search_ways(word, by_likeness) AS ways (conditions);
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
# The conditions of one word, as SQL. One slip: a letter that is wrong or missing is "_", one that is too much is left out, two
# stand the other way round. Each is a pattern with trigrams of its own, which the index finds; likeness alone would need so
# low a bound for a slip in the middle of a name that half of all names had it.
WAYS = r"""
CREATE FUNCTION leads_search_ways(word text, by_likeness boolean) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN (
    SELECT string_agg(way, ' OR ')
    FROM (SELECT leads_folded($1), trim(leads_sounds(' ' || $1 || ' '))) AS typed (word, heard), LATERAL (
        SELECT format('l.search_text LIKE %L', leads_search_pattern($1))
        UNION ALL
        SELECT format('l.search_text LIKE %L', leads_search_sound($1)) WHERE leads_search_sound($1) IS NOT NULL
        UNION ALL
        SELECT format('l.search_text LIKE %L', '% ' || typed.heard || ' %') WHERE char_length(typed.heard) >= 2
        UNION ALL
        SELECT format('%L OPERATOR(public.<%%) l.search_text', typed.word)
        WHERE $2 AND char_length(typed.word) >= 5 AND typed.word !~ '[0-9]'
        UNION ALL
        SELECT format('l.search_text LIKE %L', '% ' || overlay(typed.word PLACING letters FROM place FOR many) || ' %')
        FROM generate_series(1, char_length(typed.word)) AS place,
        LATERAL (VALUES ('_', 1), ('_', 0), ('', 1), (reverse(substr(typed.word, place, 2)), 2)) AS slip (letters, many)
        WHERE char_length(typed.word) BETWEEN 3 AND 10 AND typed.word !~ '[0-9%_\\]'
    ) AS ways (way)
)
"""


def index(name: str, *fields: str, trigrams: bool = False) -> models.Index:
    if trigrams:
        return django.contrib.postgres.indexes.GinIndex(
            fields=fields, name=name, opclasses=["uuid_ops", "gin_trgm_ops"]
        )
    return models.Index(fields=fields, name=name, condition=models.Q(deleted_at=None))


class Migration(migrations.Migration):
    dependencies = [("leads", "0014_follow_up_hands")]

    operations = [
        # A column that is generated already keeps its old text; so it is made anew.
        migrations.RemoveIndex("lead", "lead_by_text"),
        migrations.RemoveIndex("lead", "lead_by_name"),
        migrations.RemoveField("lead", "search_text"),
        migrations.RunSQL(LATIN, "DROP FUNCTION leads_heard_latin(text)"),
        migrations.RunSQL(DEVANAGARI, "DROP FUNCTION leads_heard_devanagari(text)"),
        migrations.RunSQL(SOUNDS, "DROP FUNCTION leads_sounds(text)"),
        migrations.RunSQL(TEXT, before.TEXT.replace("CREATE", "CREATE OR REPLACE", 1)),
        migrations.RunSQL(PATTERN, before.PATTERN.replace("CREATE", "CREATE OR REPLACE", 1)),
        migrations.RunSQL(SOUND, "DROP FUNCTION leads_search_sound(text)"),
        migrations.RunSQL(WAYS, "DROP FUNCTION leads_search_ways(text, boolean)"),
        migrations.AddField(
            model_name="lead",
            name="search_text",
            field=models.GeneratedField(
                db_persist=True,
                expression=models.Func("name", "email", "city", "phone", function="leads_search_text"),
                output_field=models.TextField(),
            ),
        ),
        migrations.AddIndex("lead", index("lead_by_name", "organisation", "search_text", "id")),
        migrations.AddIndex("lead", index("lead_by_text", "organisation", "search_text", trigrams=True)),
        migrations.RunSQL(
            f"GRANT SELECT (search_text, assigned_to_id) ON leads_lead TO {SEARCHER}",
            f"REVOKE SELECT (assigned_to_id) ON leads_lead FROM {SEARCHER}",
        ),
        search_function(NAMED, SEARCH),
        search_function(SIMILAR_TO, SIMILAR),
        migrations.RunSQL(
            "DROP FUNCTION leads_search(uuid, text[], integer)",
            search_function("leads_search(uuid, text[], integer)", WITHOUT_BIN).sql,
        ),
    ]
