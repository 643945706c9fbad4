"""The first tables, each behind the tenant boundary."""

import django.db.models.deletion
import jini.lib.ids
from django.db import migrations, models


from accounts.migrations_tenancy import composite_keys, tenant_tables


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0001_initial'),
    ]

    operations = [
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
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('organisation', 'day', 'telecaller'), name='day_figures_once', nulls_distinct=False), models.CheckConstraint(condition=models.Q(('connected_calls__lte', models.F('total_calls'))), name='day_figures_connected')],
            },
        ),
        *tenant_tables(
            "reports_dayfigures",
        ),
        *composite_keys(
            ("reports_dayfigures", "telecaller_id", "accounts_membership"),
        ),
    ]
