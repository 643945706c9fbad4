"""Files on leads."""

import django.db.models.deletion
import jini.lib.ids
import leads.models.lead_file
from django.db import migrations, models

from accounts.migrations_tenancy import composite_keys, tenant_tables


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0001_initial'),
        ('leads', '0015_sounds'),
    ]

    operations = [
        migrations.AlterField(
            model_name='activity',
            name='kind',
            field=models.CharField(choices=[('created', 'Created'), ('import', 'Import'), ('call', 'Call'), ('note', 'Note'), ('message', 'Message'), ('status', 'Status'), ('change', 'Change'), ('assigned', 'Owner'), ('follow_up', 'Follow-up'), ('consent', 'Consent'), ('bin', 'Bin'), ('file', 'File')], max_length=10),
        ),
        migrations.CreateModel(
            name='LeadFile',
            fields=[
                ('id', models.UUIDField(default=jini.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=200)),
                ('file', models.FileField(blank=True, storage=leads.models.lead_file.lead_file_storage, upload_to='')),
                ('bytes', models.PositiveIntegerField()),
                ('content_type', models.CharField(max_length=100)),
                ('sha256', models.CharField(max_length=64)),
                ('added_at', models.DateTimeField()),
                ('removed_at', models.DateTimeField(null=True)),
                ('added_by', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                ('lead', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='files', to='leads.lead')),
                ('organisation', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation')),
                ('removed_by', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
            ],
            options={
                'indexes': [models.Index(fields=['organisation', 'lead', '-added_at', '-id'], name='lead_file_newest_of_lead')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('removed_at', None), ('removed_by', None)), models.Q(('file', ''), ('removed_at__isnull', False), ('removed_by__isnull', False)), _connector='OR'), name='lead_file_removed_at_and_by')],
            },
        ),
        *tenant_tables("leads_leadfile"),
        *composite_keys(
            ("leads_leadfile", "lead_id", "leads_lead"),
            ("leads_leadfile", "added_by_id", "accounts_membership"),
            ("leads_leadfile", "removed_by_id", "accounts_membership"),
        ),
    ]
