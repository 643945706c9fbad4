"""Counts of use by day, page and kind of device, none of fewer than five people."""

import django.db.models.deletion
import jini.lib.ids
from django.db import migrations, models

from accounts.migrations_tenancy import tenant_tables


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0010_audit_of_ended'),
        ("privacy", "0019_vault"),
    ]

    operations = [
        migrations.CreateModel(
            name='UsageCount',
            fields=[
                ('id', models.UUIDField(default=jini.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('day', models.DateField()),
                ('page', models.CharField(blank=True, max_length=100)),
                ('device_type', models.CharField(blank=True, choices=[('phone', 'Phone'), ('tablet', 'Tablet'), ('computer', 'Computer'), ('mixed', 'Not told apart'), ('', 'Unknown')], max_length=10)),
                ('visits', models.PositiveIntegerField()),
                ('people', models.PositiveIntegerField()),
                ('seconds', models.PositiveBigIntegerField()),
                ('organisation', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('organisation', 'day', 'page', 'device_type'), name='usage_count_once'), models.CheckConstraint(condition=models.Q(('people__gte', 5), models.Q(('device_type', 'mixed'), ('page', ''), ('people', 0), ('seconds', 0), ('visits', 0)), _connector='OR'), name='usage_count_of_five_people')],
            },
        ),
        *tenant_tables("privacy_usagecount"),
    ]
