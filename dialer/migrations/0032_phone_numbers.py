"""The organisation's numbers, and what a campaign's calls are by law."""

import django.db.models.deletion
import jini.lib.ids
from django.db import migrations, models

from accounts.migrations_tenancy import composite_keys, tenant_tables
from jini.lib.ids import UUID7_SQL

# The number of each account becomes one of the organisation's.
MOVE = f"""
ALTER TABLE dialer_telephonyaccount NO FORCE ROW LEVEL SECURITY;
INSERT INTO dialer_phonenumber (id, organisation_id, phone, label, provider, series, is_active)
SELECT {UUID7_SQL}, organisation_id, caller_id, '', provider,
    CASE WHEN caller_id LIKE '+91140%' THEN '140' WHEN caller_id ~ '^[+]91160[01]' THEN '1600' ELSE 'ordinary' END, true
FROM dialer_telephonyaccount WHERE caller_id LIKE '+%' AND provider <> 'own_phone';
SET CONSTRAINTS ALL IMMEDIATE;
ALTER TABLE dialer_telephonyaccount FORCE ROW LEVEL SECURITY;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0005_api_keys'),
        ('dialer', '0031_transfers'),
    ]

    operations = [
        migrations.AddField(
            model_name='campaign',
            name='purpose',
            field=models.CharField(choices=[('service', 'Service: about what the person asked for or has'), ('transactional', 'Transactional: about one purchase or payment of theirs'), ('promotional', 'Promotional: an offer, also as a part of the call')], db_default='service', default='service', max_length=15, verbose_name='What its calls are'),
        ),
        migrations.CreateModel(
            name='PhoneNumber',
            fields=[
                ('id', models.UUIDField(default=jini.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('phone', models.CharField(max_length=16, verbose_name='number')),
                ('label', models.CharField(blank=True, max_length=60, verbose_name='name')),
                ('provider', models.CharField(choices=[('simulator', 'Simulator'), ('twilio', 'Twilio'), ('exotel', 'Exotel')], max_length=20, verbose_name='provider')),
                ('series', models.CharField(choices=[('140', '140: promotional'), ('1600', '1600: service, for governments and finance'), ('ordinary', 'Ordinary')], default='ordinary', max_length=10, verbose_name='series')),
                ('is_active', models.BooleanField(default=True, verbose_name='In use')),
                ('organisation', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation')),
            ],
        ),
        migrations.AddField(
            model_name='campaign',
            name='number',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='dialer.phonenumber', verbose_name='Number shown to its leads'),
        ),
        migrations.AddConstraint(
            model_name='phonenumber',
            constraint=models.UniqueConstraint(fields=('organisation', 'provider', 'phone'), name='phone_number_once'),
        ),
        migrations.AddConstraint(
            model_name='phonenumber',
            constraint=models.CheckConstraint(condition=models.Q(('phone__startswith', '+')), name='phone_number_in_e164'),
        ),
        migrations.AddConstraint(
            model_name='phonenumber',
            constraint=models.CheckConstraint(condition=models.Q(('series__in', ['140', '1600', 'ordinary'])), name='phone_number_series_known'),
        ),
        migrations.RunSQL(MOVE, migrations.RunSQL.noop),
        *tenant_tables("dialer_phonenumber"),
        *composite_keys(("dialer_campaign", "number_id", "dialer_phonenumber")),
    ]
