"""What a count of a campaign's leads found."""

import django.db.models.deletion
import jini.lib.ids
from django.db import migrations, models

from accounts.migrations_tenancy import composite_keys, tenant_tables


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0005_api_keys'),
        ('dialer', '0022_keeping'),
        ('leads', '0018_likely_duplicates'),
    ]

    operations = [
        migrations.CreateModel(
            name='CampaignCount',
            fields=[
                ('id', models.UUIDField(default=jini.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('state', models.CharField(choices=[('draft', 'Being prepared'), ('queued', 'Queued'), ('running', 'Running'), ('done', 'Done'), ('cancelled', 'Cancelled'), ('failed', 'Failed')], default='draft', max_length=10)),
                ('total', models.PositiveIntegerField(null=True)),
                ('done', models.PositiveIntegerField(default=0)),
                ('started_at', models.DateTimeField(null=True)),
                ('finished_at', models.DateTimeField(null=True)),
                ('upto', models.UUIDField(null=True)),
                ('run', models.PositiveIntegerField(default=0)),
                ('found', models.JSONField(default=dict)),
                ('found_at', models.DateTimeField(null=True)),
                ('campaign', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='dialer.campaign')),
                ('organisation', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('organisation', 'campaign'), name='campaign_count_once')],
            },
        ),
        migrations.CreateModel(
            name='CountedLead',
            fields=[
                ('id', models.UUIDField(default=jini.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('run', models.PositiveIntegerField()),
                ('gate', models.CharField(blank=True, max_length=20)),
                ('opens_at', models.DateTimeField(null=True)),
                ('campaign', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='dialer.campaign')),
                ('lead', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='leads.lead')),
                ('organisation', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation')),
            ],
            options={
                'indexes': [models.Index(fields=['organisation', 'campaign', 'run', 'gate', 'id'], name='counted_lead_by_gate')],
                'constraints': [models.UniqueConstraint(fields=('organisation', 'lead', 'campaign', 'run'), name='counted_lead_once')],
            },
        ),
        *tenant_tables("dialer_campaigncount", "dialer_countedlead"),
        *composite_keys(
            ("dialer_campaigncount", "campaign_id", "dialer_campaign"),
            ("dialer_countedlead", "campaign_id", "dialer_campaign"),
            ("dialer_countedlead", "lead_id", "leads_lead"),
        ),
    ]
