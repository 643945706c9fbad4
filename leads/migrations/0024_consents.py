"""The ledger of consents, which the database keeps from being changed."""

import django.db.models.deletion
import jini.lib.ids
from django.db import migrations, models
from django.db.migrations import RunSQL

from accounts.migrations_tenancy import composite_keys, tenant_tables

# A merge moves a row to another lead, an erasure empties its texts; nothing else of it ever changes.
STAYS = """
CREATE FUNCTION leads_consent_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF to_jsonb(NEW) - '{lead_id,wording,evidence}'::text[] <> to_jsonb(OLD) - '{lead_id,wording,evidence}'::text[]
        OR NEW.wording NOT IN (OLD.wording, '') OR NEW.evidence NOT IN (OLD.evidence, '') THEN
        RAISE EXCEPTION 'consent_stays: a consent is not changed, say it anew' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER leads_consent_stays BEFORE UPDATE ON leads_consent
FOR EACH ROW EXECUTE FUNCTION leads_consent_stays();
"""
# Asked when the transaction ends, since whoever removes a lead removes what hangs on it first. A year is the least that
# the schedule allows to keep what does not hold any more.
GOES = """
CREATE FUNCTION leads_consent_goes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM leads_lead l
        WHERE l.organisation_id = OLD.organisation_id AND l.id = OLD.lead_id AND l.deleted_at IS NULL
    ) AND NOT (OLD.state = 'given' AND coalesce(OLD.valid_until < now() - interval '1 year', false)) AND NOT EXISTS (
        SELECT 1 FROM leads_consent c
        WHERE c.organisation_id = OLD.organisation_id AND c.lead_id = OLD.lead_id AND c.channel = OLD.channel
          AND c.purpose = OLD.purpose AND (c.obtained_at, c.id) > (OLD.obtained_at, OLD.id)
          AND c.obtained_at < now() - interval '1 year'
    ) THEN
        RAISE EXCEPTION 'consent_stays: a consent goes with its lead' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END
$$;
CREATE CONSTRAINT TRIGGER leads_consent_goes AFTER DELETE ON leads_consent DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW EXECUTE FUNCTION leads_consent_goes();
"""
# When something newer was said: from then on the retention of the older word runs.
REPLACED = """
CREATE FUNCTION leads_consent_replaced_at(
    p_organisation uuid, p_lead uuid, p_purpose text, p_channel text, p_obtained_at timestamptz, p_id uuid
) RETURNS timestamptz LANGUAGE sql STABLE AS $$
    SELECT min(c.obtained_at) FROM leads_consent c
    WHERE c.organisation_id = p_organisation AND c.lead_id = p_lead AND c.channel = p_channel
      AND c.purpose = p_purpose AND (c.obtained_at, c.id) > (p_obtained_at, p_id)
$$;
"""
BACK = """
DROP TRIGGER leads_consent_{0} ON leads_consent;
DROP FUNCTION leads_consent_{0}();
"""


class Migration(migrations.Migration):

    dependencies = [
        ("accounts", "0006_calls_a_day"),
        ("leads", "0023_erased"),
    ]

    operations = [
        migrations.CreateModel(
            name='Consent',
            fields=[
                ('id', models.UUIDField(default=jini.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('purpose', models.CharField(choices=[('promotional', 'Offers'), ('service', 'Service')], max_length=15, verbose_name='purpose')),
                ('channel', models.CharField(choices=[('call', 'Calls'), ('sms', 'SMS'), ('whatsapp', 'WhatsApp'), ('email', 'E-mail')], max_length=10, verbose_name='channel')),
                ('state', models.CharField(choices=[('given', 'Agreed'), ('refused', 'Refused'), ('withdrawn', 'Withdrawn')], max_length=10, verbose_name='state')),
                ('source', models.CharField(choices=[('call', 'On a call'), ('form', 'By a form'), ('message', 'By a message'), ('letter', 'In writing'), ('import', 'List that was imported'), ('api', 'Another program')], max_length=10, verbose_name='source')),
                ('wording', models.CharField(blank=True, max_length=500, verbose_name='wording')),
                ('evidence', models.CharField(blank=True, max_length=200, verbose_name='reference of the proof')),
                ('obtained_at', models.DateTimeField(verbose_name='obtained')),
                ('valid_until', models.DateTimeField(blank=True, null=True, verbose_name='valid until')),
                ('recorded_at', models.DateTimeField()),
                ('by', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                ('lead', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='consents', to='leads.lead')),
                ('organisation', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation')),
            ],
            options={
                'indexes': [models.Index(fields=['organisation', 'lead', 'channel', 'purpose', '-obtained_at', '-id'], name='consent_newest')],
                'constraints': [models.CheckConstraint(condition=models.Q(('purpose__in', ['promotional', 'service'])), name='consent_purpose_known'), models.CheckConstraint(condition=models.Q(('obtained_at__lte', models.F('recorded_at'))), name='consent_obtained_before'), models.CheckConstraint(condition=models.Q(('valid_until', None), models.Q(('state', 'given'), ('valid_until__gt', models.F('obtained_at'))), _connector='OR'), name='consent_valid_after_given')],
            },
        ),
        *tenant_tables("leads_consent"),
        *composite_keys(
            ("leads_consent", "lead_id", "leads_lead"),
            ("leads_consent", "by_id", "accounts_membership"),
        ),
        RunSQL(STAYS, BACK.format("stays")),
        RunSQL(GOES, BACK.format("goes")),
        RunSQL(REPLACED, "DROP FUNCTION leads_consent_replaced_at(uuid, uuid, text, text, timestamptz, uuid);"),
    ]
