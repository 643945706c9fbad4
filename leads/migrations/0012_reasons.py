"""Reasons for a status that asks for one, and an index that counts and sums a column of the board by itself."""

import django.db.models.deletion
import django.db.models.functions.text
import jini.lib.ids
from django.db import migrations, models

from accounts.migrations_tenancy import composite_keys, tenant_tables

# The reasons of leads/defaults.py as they stood, for the organisations that are there already.
GIVE_REASONS = """
INSERT INTO leads_statusreason (id, organisation_id, name, name_hi, position, is_active, is_fallback)
SELECT gen_random_uuid(), o.id, r.name, r.name_hi, r.position, true, r.position = 4
FROM accounts_organisation o, (VALUES
    (0, 'Too expensive', 'दाम ज़्यादा लगा'),
    (1, 'Bought elsewhere', 'कहीं और से ले लिया'),
    (2, 'No need now', 'अभी ज़रूरत नहीं'),
    (3, 'Cannot reach', 'संपर्क नहीं हो रहा'),
    (4, 'Other', 'कोई और वजह')
) AS r (position, name, name_hi)
"""
# The owner is bound by the policies too, and names no organisation here.
ASK_ON_LOST = """
ALTER TABLE leads_status NO FORCE ROW LEVEL SECURITY;
UPDATE leads_status SET requires_reason = true WHERE kind = 'lost' AND NOT is_initial;
ALTER TABLE leads_status FORCE ROW LEVEL SECURITY;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0001_initial'),
        ('leads', '0011_bulk_jobs'),
    ]

    operations = [
        migrations.CreateModel(
            name='StatusReason',
            fields=[
                ('id', models.UUIDField(default=jini.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=60, verbose_name='name')),
                ('name_hi', models.CharField(blank=True, max_length=60, verbose_name='name in Hindi')),
                ('position', models.PositiveSmallIntegerField(default=0, verbose_name='position')),
                ('is_active', models.BooleanField(default=True, verbose_name='in use')),
                ('is_fallback', models.BooleanField(default=False, verbose_name='when nobody is asked')),
            ],
        ),
        migrations.RemoveIndex(
            model_name='lead',
            name='lead_newest_in_status',
        ),
        migrations.AddField(
            model_name='status',
            name='requires_reason',
            field=models.BooleanField(default=False, verbose_name='asks for a reason'),
        ),
        migrations.AddConstraint(
            model_name='status',
            constraint=models.CheckConstraint(condition=models.Q(('is_initial', False), ('requires_reason', False), _connector='OR'), name='status_for_new_leads_asks_nothing'),
        ),
        migrations.AddField(
            model_name='statusreason',
            name='organisation',
            field=models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation'),
        ),
        migrations.AddField(
            model_name='lead',
            name='lost_reason',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='leads.statusreason', verbose_name='reason'),
        ),
        migrations.AddIndex(
            model_name='lead',
            index=models.Index(fields=['organisation', 'status', '-created_at', '-id'], include=('value', 'assigned_to'), condition=models.Q(('deleted_at', None)), name='lead_newest_in_status'),
        ),
        migrations.AddIndex(
            model_name='lead',
            index=models.Index(condition=models.Q(('lost_reason__isnull', False)), fields=['organisation', 'lost_reason', '-created_at', '-id'], name='lead_newest_of_reason'),
        ),
        migrations.AddConstraint(
            model_name='statusreason',
            constraint=models.UniqueConstraint(models.F('organisation'), django.db.models.functions.text.Lower('name'), name='reason_name_once'),
        ),
        migrations.AddConstraint(
            model_name='statusreason',
            constraint=models.UniqueConstraint(condition=models.Q(('is_fallback', True)), fields=('organisation',), name='reason_one_fallback'),
        ),
        migrations.RunSQL(GIVE_REASONS, migrations.RunSQL.noop),
        migrations.RunSQL(ASK_ON_LOST, migrations.RunSQL.noop),
        *tenant_tables("leads_statusreason"),
        *composite_keys(("leads_lead", "lost_reason_id", "leads_statusreason")),
    ]
