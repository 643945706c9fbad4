"""A provider's event is kept, and its merging owed, in one question whose plan PostgreSQL keeps."""

from django.db import migrations

# A copy of an event is counted and owes nothing: the first one did.
KEEP = """
CREATE FUNCTION dialer_keep_event(
    p_id uuid, p_organisation uuid, p_provider text, p_key text, p_token uuid, p_leg text, p_payload jsonb,
    p_now timestamptz, p_debt uuid
) RETURNS boolean LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    is_new boolean;
BEGIN
    INSERT INTO dialer_callevent AS e
        (id, organisation_id, provider, event_key, call_token, leg, payload, received_at, copies, verdict)
    VALUES (p_id, p_organisation, p_provider, p_key, p_token, p_leg, p_payload, p_now, 1, 'waiting')
    ON CONFLICT (organisation_id, provider, event_key) DO UPDATE SET copies = e.copies + 1
    RETURNING e.copies = 1 INTO is_new;
    IF is_new THEN
        INSERT INTO accounts_duetask AS t
            (id, task, queue, organisation_id, subject_id, due_at, attempts, version, last_error)
        VALUES (p_debt, 'dialer.merge_events', 'telephony', p_organisation, p_token, p_now, 0, 1, '')
        ON CONFLICT (task, subject_id) DO UPDATE
        SET due_at = least(t.due_at, excluded.due_at), version = t.version + 1;
    END IF;
    RETURN is_new;
END
$$;
"""
DROP = "DROP FUNCTION dialer_keep_event(uuid, uuid, text, text, uuid, text, jsonb, timestamptz, uuid);"


class Migration(migrations.Migration):
    dependencies = [("dialer", "0005_claim_in_one_question"), ("accounts", "0001_initial")]

    operations = [migrations.RunSQL(KEEP, DROP)]
