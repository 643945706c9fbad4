"""Erasing an organisation: how far it is, what is certified, and the vault for what a law keeps."""

import django.db.models.deletion
import jini.lib.encryption
import jini.lib.ids
from django.db import migrations, models

from accounts.migrations_tenancy import tenant_tables


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0010_audit_of_ended'),
        ('privacy', '0018_cancellation'),
    ]

    operations = [
        migrations.CreateModel(
            name='VaultRecord',
            fields=[
                ('id', models.UUIDField(default=jini.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('model', models.CharField(max_length=60)),
                ('rule', models.CharField(max_length=20)),
                ('rows', models.PositiveIntegerField()),
                ('destroy_after', models.DateTimeField()),
                ('sealed', models.TextField()),
            ],
        ),
        migrations.AddField(
            model_name='cancellation',
            name='certificate',
            field=models.JSONField(default=dict),
        ),
        migrations.AddField(
            model_name='cancellation',
            name='contacts',
            field=jini.lib.encryption.EncryptedJSONField(null=True),
        ),
        migrations.AddField(
            model_name='cancellation',
            name='counts',
            field=models.JSONField(default=dict),
        ),
        migrations.AddField(
            model_name='cancellation',
            name='cursor',
            field=models.JSONField(default=dict),
        ),
        migrations.AddField(
            model_name='cancellation',
            name='found',
            field=models.JSONField(default=dict),
        ),
        migrations.AddField(
            model_name='cancellation',
            name='values',
            field=jini.lib.encryption.EncryptedJSONField(null=True),
        ),
        migrations.AddField(
            model_name='cancellation',
            name='vault_key',
            field=jini.lib.encryption.EncryptedTextField(blank=True),
        ),
        migrations.AddConstraint(
            model_name='cancellation',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['vault', 'closed']), _negated=True), models.Q(('ended_at__isnull', False), ('values', None)), _connector='OR'), name='cancellation_erased_knows_nobody'),
        ),
        migrations.AddField(
            model_name='vaultrecord',
            name='organisation',
            field=models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation'),
        ),
        migrations.AddIndex(
            model_name='vaultrecord',
            index=models.Index(fields=['organisation', 'destroy_after'], name='vault_by_day'),
        ),
        *tenant_tables("privacy_vaultrecord"),
    ]
