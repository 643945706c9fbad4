"""Bulk jobs and their rows."""

import django.db.models.deletion
import jini.lib.encryption
import jini.lib.ids
import leads.models.bulk_job
from django.db import migrations, models

from accounts.migrations_tenancy import composite_keys, tenant_tables


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0001_initial'),
        ('leads', '0010_numbers'),
    ]

    operations = [
        migrations.CreateModel(
            name='BulkJob',
            fields=[
                ('id', models.UUIDField(default=jini.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('state', models.CharField(choices=[('draft', 'Being prepared'), ('queued', 'Queued'), ('running', 'Running'), ('done', 'Done'), ('cancelled', 'Cancelled'), ('failed', 'Failed')], default='draft', max_length=10)),
                ('total', models.PositiveIntegerField(null=True)),
                ('done', models.PositiveIntegerField(default=0)),
                ('started_at', models.DateTimeField(null=True)),
                ('finished_at', models.DateTimeField(null=True)),
                ('action', models.CharField(max_length=20)),
                ('step', models.CharField(choices=[('collect', 'Collecting the leads'), ('run', 'Working'), ('finish', 'Writing the file'), ('undo', 'Undoing')], default='collect', max_length=10)),
                ('query', jini.lib.encryption.EncryptedJSONField(null=True)),
                ('params', models.JSONField(default=dict)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('counts', models.JSONField(default=dict)),
                ('cursor', models.JSONField(default=dict)),
                ('failure', models.CharField(blank=True, max_length=20)),
                ('undone_at', models.DateTimeField(null=True)),
                ('file', models.FileField(blank=True, max_length=200, storage=leads.models.bulk_job.private_storage, upload_to='')),
                ('file_until', models.DateTimeField(null=True)),
                ('created_by', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                ('organisation', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation')),
                ('undone_by', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
            ],
        ),
        migrations.CreateModel(
            name='BulkRow',
            fields=[
                ('id', models.UUIDField(default=jini.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('state', models.CharField(choices=[('waiting', 'Waiting'), ('done', 'Done'), ('skipped', 'Skipped'), ('undone', 'Undone'), ('kept', 'Not undone')], default='waiting', max_length=10)),
                ('reason', models.CharField(blank=True, max_length=20)),
                ('before', models.JSONField(default=dict)),
                ('after', models.JSONField(null=True)),
                ('job', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='rows', to='leads.bulkjob')),
                ('lead', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='leads.lead')),
                ('organisation', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation')),
            ],
        ),
        migrations.AddIndex(
            model_name='bulkjob',
            index=models.Index(fields=['organisation', '-created_at', '-id'], name='bulk_newest'),
        ),
        migrations.AddConstraint(
            model_name='bulkjob',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('undone_at', None), ('undone_by', None)), models.Q(('undone_at__isnull', False), ('undone_by__isnull', False)), _connector='OR'), name='bulk_undone_at_and_by'),
        ),
        migrations.AddIndex(
            model_name='bulkrow',
            index=models.Index(fields=['organisation', 'lead'], name='bulk_row_of_lead'),
        ),
        migrations.AddConstraint(
            model_name='bulkrow',
            constraint=models.UniqueConstraint(fields=('organisation', 'job', 'lead'), name='bulk_row_once'),
        ),
        *tenant_tables("leads_bulkjob", "leads_bulkrow"),
        *composite_keys(
            ("leads_bulkjob", "created_by_id", "accounts_membership"),
            ("leads_bulkjob", "undone_by_id", "accounts_membership"),
            ("leads_bulkrow", "job_id", "leads_bulkjob"),
            ("leads_bulkrow", "lead_id", "leads_lead"),
        ),
        # Every row is written once more, beside itself: no index has to follow then.
        migrations.RunSQL(
            "ALTER TABLE leads_bulkrow SET (fillfactor = 50)", "ALTER TABLE leads_bulkrow RESET (fillfactor)"
        ),
    ]
