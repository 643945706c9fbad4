"""Leads of a city that few have are named by the index, which row-level security keeps from a comparison."""

from django.db import migrations

from accounts.migrations_tenancy import search_function

NAME = "leads_in_city(uuid, text, integer)"
# NULL of a city that more than p_most have: those are met on the way when a list is read in its order. Counting them first
# reads the index alone.
IN_CITY = """
CREATE FUNCTION leads_in_city(p_organisation uuid, p_city text, p_most integer) RETURNS uuid[]
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET jit = off AS $$
DECLARE
    wanted text := public.leads_folded(p_city);
    is_frequent boolean;
BEGIN
    IF p_organisation IS DISTINCT FROM nullif(current_setting('jini.organisation', true), '')::uuid THEN
        RAISE EXCEPTION 'search in another organisation than that of the scope' USING ERRCODE = 'insufficient_privilege';
    END IF;
    SELECT count(*) > p_most INTO is_frequent FROM (
        SELECT FROM public.leads_lead l WHERE l.organisation_id = p_organisation AND l.deleted_at IS NULL
            AND NOT l.city = '' AND public.leads_folded(l.city) = wanted LIMIT p_most + 1
    ) AS found;
    IF is_frequent THEN
        RETURN NULL;
    END IF;
    RETURN array(
        SELECT l.id FROM public.leads_lead l WHERE l.organisation_id = p_organisation AND l.deleted_at IS NULL
            AND NOT l.city = '' AND public.leads_folded(l.city) = wanted
    );
END
$$;
"""


class Migration(migrations.Migration):

    dependencies = [("leads", "0030_similar_in_the_index")]

    operations = [search_function(NAME, IN_CITY)]
