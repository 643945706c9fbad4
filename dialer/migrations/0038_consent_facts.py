"""The facts about calling a lead have its consents, what the DND registry said, and what the call is."""

from importlib import import_module

from django.db import migrations

# As in 0027, with what follows from the ledgers. Of each purpose the newest word on calls counts.
FACTS = """
CREATE OR REPLACE FUNCTION dialer_facts_of(
    p_organisation uuid, p_lead uuid, p_phone text, p_since timestamptz, p_soon timestamptz
) RETURNS dialer_contact_facts LANGUAGE plpgsql STABLE SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    found dialer_contact_facts;
BEGIN
    found.is_barred := EXISTS (
        SELECT 1 FROM privacy_donotcall d
        WHERE d.organisation_id = p_organisation AND d.phone = p_phone AND d.channel = 'call' AND d.lifted_at IS NULL
    );
    -- A call counts as an attempt once it reached the person or may have: one that failed before it rang did not.
    SELECT count(*) FILTER (WHERE c.direction = 'outgoing'),
        coalesce(array_agg(c.started_at) FILTER (WHERE c.started_at > p_since AND c.direction = 'outgoing'), '{}'),
        coalesce(bool_or(c.ended_at IS NULL), false)
    INTO found.lead_attempts, found.lead_recent, found.lead_is_live
    FROM dialer_call c
    WHERE c.organisation_id = p_organisation AND c.lead_id = p_lead
      AND NOT (c.status IN ('failed', 'canceled') AND c.ringing_at IS NULL AND c.answered_at IS NULL);
    SELECT count(*), coalesce(array_agg(c.started_at) FILTER (WHERE c.started_at > p_since), '{}')
    INTO found.number_attempts, found.number_recent
    FROM dialer_call c
    WHERE c.organisation_id = p_organisation AND c.phone = p_phone AND c.direction = 'outgoing'
      AND NOT (c.status IN ('failed', 'canceled') AND c.ringing_at IS NULL AND c.answered_at IS NULL);
    found.has_appointment := EXISTS (
        SELECT 1 FROM leads_followup f
        WHERE f.organisation_id = p_organisation AND f.lead_id = p_lead AND f.due_at <= p_soon
          AND f.done_at IS NULL AND f.cancelled_at IS NULL
    );
    -- What a call to it from where it waits is by law.
    found.purpose := coalesce(
        (
            SELECT c.purpose FROM dialer_queueentry q
            JOIN dialer_campaign c ON c.organisation_id = p_organisation AND c.id = q.campaign_id
            WHERE q.organisation_id = p_organisation AND q.lead_id = p_lead AND q.finished_at IS NULL
        ),
        (SELECT p.purpose FROM privacy_contactpolicy p WHERE p.organisation_id = p_organisation)
    );
    found.consents := (
        SELECT jsonb_object_agg(
            w.purpose,
            jsonb_build_object('state', w.state, 'obtained_at', w.obtained_at, 'valid_until', w.valid_until)
        )
        FROM (
            SELECT DISTINCT ON (c.purpose) c.purpose, c.state, c.obtained_at, c.valid_until
            FROM leads_consent c
            WHERE c.organisation_id = p_organisation AND c.lead_id = p_lead AND c.channel = 'call'
            ORDER BY c.purpose, c.obtained_at DESC, c.id DESC
        ) AS w
    );
    found.registry := (
        SELECT jsonb_build_object('is_registered', r.is_registered, 'checked_at', r.checked_at)
        FROM privacy_dndresult r
        WHERE r.organisation_id = p_organisation AND r.phone = p_phone AND r.channel = 'call'
        ORDER BY r.checked_at DESC LIMIT 1
    );
    RETURN found;
END
$$;
"""
MORE = """
ALTER TYPE dialer_contact_facts ADD ATTRIBUTE purpose text, ADD ATTRIBUTE consents jsonb, ADD ATTRIBUTE registry jsonb;
"""
LESS = """
ALTER TYPE dialer_contact_facts DROP ATTRIBUTE purpose, DROP ATTRIBUTE consents, DROP ATTRIBUTE registry;
"""
BEFORE = import_module("dialer.migrations.0027_missed_first")
BEFORE = BEFORE.replacing(BEFORE.FACTS)


class Migration(migrations.Migration):
    dependencies = [
        ("dialer", "0037_charges_of_lines"),
        ("leads", "0024_consents"),
        ("privacy", "0011_dnd_and_lifting"),
    ]

    operations = [
        migrations.RunSQL(MORE, LESS),
        migrations.RunSQL(FACTS, BEFORE),
    ]
