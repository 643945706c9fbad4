"""The figures of a day, and the days to count anew.

One migration in the place of 0001 and 0002, which stay for databases that stand between them. What those did to rows
that were there already is left out.
"""

import django.db.models.deletion
from django.db import migrations, models

import jini.lib.ids
from accounts.migrations_tenancy import composite_keys, tenant_tables
from jini.lib.migrations import CreateModels


class Migration(migrations.Migration):
    initial = True

    replaces = [
        ("reports", "0001_initial"),
        ("reports", "0002_dirty_days"),
    ]

    dependencies = [
        ("accounts", "0001_initial"),
    ]

    operations = [
        CreateModels(
            migrations.CreateModel(
                name='DayFigures',
                fields=[
                    ('id', models.UUIDField(default=jini.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('day', models.DateField()),
                    ('total_calls', models.PositiveIntegerField(default=0)),
                    ('connected_calls', models.PositiveIntegerField(default=0)),
                    ('contact_calls', models.PositiveIntegerField(default=0)),
                    ('unique_leads_called', models.PositiveIntegerField(default=0)),
                    ('talk_time', models.PositiveIntegerField(default=0)),
                    ('ring_time', models.PositiveIntegerField(default=0)),
                    ('after_call_work', models.PositiveIntegerField(default=0)),
                    ('handled_calls', models.PositiveIntegerField(default=0)),
                    ('conversions', models.PositiveIntegerField(default=0)),
                    ('by_hour', models.JSONField(default=list)),
                    ('by_disposition', models.JSONField(default=dict)),
                    ('by_campaign', models.JSONField(default=dict)),
                    ('computed_at', models.DateTimeField(auto_now=True)),
                    ('organisation', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation')),
                    ('telecaller', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.membership')),
                    ('leads_by_gap', models.JSONField(default=dict)),
                ],
                options={
                    'constraints': [models.UniqueConstraint(fields=('organisation', 'day', 'telecaller'), name='day_figures_once', nulls_distinct=False), models.CheckConstraint(condition=models.Q(('connected_calls__lte', models.F('total_calls'))), name='day_figures_connected')],
                    'indexes': [models.Index(fields=['organisation', 'telecaller', 'day'], name='day_figures_of_telecaller')],
                },
            ),
            migrations.CreateModel(
                name='DirtyDay',
                fields=[
                    ('id', models.UUIDField(default=jini.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('day', models.DateField()),
                    ('noted_at', models.DateTimeField(auto_now_add=True)),
                    ('organisation', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation')),
                    ('telecaller', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.membership')),
                ],
                options={
                    'indexes': [models.Index(fields=['organisation', 'day', 'telecaller'], name='dirty_day_bucket')],
                },
            ),
        ),
        *tenant_tables(
            "reports_dayfigures",
            "reports_dirtyday",
        ),
        *composite_keys(
            ("reports_dayfigures", "telecaller_id", "accounts_membership"),
            ("reports_dirtyday", "telecaller_id", "accounts_membership"),
        ),
    ]
