"""Saved columns, addresses that are asked for lists, and what an undoing left."""

import django.db.models.deletion
import django.db.models.functions.text
import jini.lib.encryption
import jini.lib.ids
from django.db import migrations, models

from accounts.migrations_tenancy import composite_keys, tenant_tables


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0001_initial'),
        ('leads', '0012_reasons'),
    ]

    operations = [
        migrations.AddField(
            model_name='importbatch',
            name='like',
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='leads.importbatch'),
        ),
        migrations.CreateModel(
            name='ImportSource',
            fields=[
                ('id', models.UUIDField(default=jini.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=80, verbose_name='name')),
                ('url', jini.lib.encryption.EncryptedTextField(verbose_name='address')),
                ('every_hours', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='every so many hours')),
                ('at', models.TimeField(blank=True, null=True, verbose_name='every day at')),
                ('fields', models.JSONField(default=dict)),
                ('options', models.JSONField(default=dict)),
                ('is_active', models.BooleanField(default=True, verbose_name='in use')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('next_at', models.DateTimeField()),
                ('asked_at', models.DateTimeField(null=True)),
                ('etag', models.CharField(blank=True, max_length=200)),
                ('content_hash', models.CharField(blank=True, max_length=64)),
                ('failure', models.JSONField(default=dict)),
                ('failures', models.PositiveSmallIntegerField(default=0)),
                ('created_by', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                ('last_batch', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='leads.importbatch')),
                ('organisation', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation')),
            ],
        ),
        migrations.AddField(
            model_name='importbatch',
            name='source',
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='leads.importsource'),
        ),
        migrations.CreateModel(
            name='SavedMapping',
            fields=[
                ('id', models.UUIDField(default=jini.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=80, verbose_name='name')),
                ('fields', models.JSONField(default=dict)),
                ('options', models.JSONField(default=dict)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('created_by', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                ('organisation', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation')),
            ],
        ),
        migrations.CreateModel(
            name='ImportKept',
            fields=[
                ('id', models.UUIDField(default=jini.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('why', models.CharField(choices=[('called', 'Somebody has called, or is about to'), ('follow_up', 'A follow-up is planned'), ('worked_on', 'Somebody has worked on it'), ('changed', 'A field was changed since')], max_length=10)),
                ('fields', models.JSONField(default=list)),
                ('batch', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='kept_leads', to='leads.importbatch')),
                ('lead', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='leads.lead')),
                ('organisation', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation')),
            ],
            options={
                'indexes': [models.Index(fields=['organisation', 'batch', 'id'], name='import_kept_of_batch'), models.Index(fields=['organisation', 'lead'], name='import_kept_of_lead')],
            },
        ),
        migrations.AddConstraint(
            model_name='importsource',
            constraint=models.UniqueConstraint(models.F('organisation'), django.db.models.functions.text.Lower('name'), name='import_source_name_once'),
        ),
        migrations.AddConstraint(
            model_name='importsource',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('at__isnull', False), ('every_hours', None)), models.Q(('at', None), ('every_hours__gte', 1), ('every_hours__lte', 168)), _connector='OR'), name='import_source_hours_or_time'),
        ),
        migrations.AddConstraint(
            model_name='savedmapping',
            constraint=models.UniqueConstraint(models.F('organisation'), django.db.models.functions.text.Lower('name'), name='saved_mapping_name_once'),
        ),
        *tenant_tables("leads_importsource", "leads_savedmapping", "leads_importkept"),
        *composite_keys(
            ("leads_importbatch", "like_id", "leads_importbatch"),
            ("leads_importbatch", "source_id", "leads_importsource"),
            ("leads_importsource", "created_by_id", "accounts_membership"),
            ("leads_importsource", "last_batch_id", "leads_importbatch"),
            ("leads_savedmapping", "created_by_id", "accounts_membership"),
            ("leads_importkept", "batch_id", "leads_importbatch"),
            ("leads_importkept", "lead_id", "leads_lead"),
        ),
    ]
