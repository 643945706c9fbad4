"""Keys of the API."""

import django.db.models.deletion
import jini.lib.ids
from django.db import migrations, models

from accounts.migrations_tenancy import composite_keys, tenant_tables


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0004_push'),
    ]

    operations = [
        migrations.CreateModel(
            name='ApiKey',
            fields=[
                ('id', models.UUIDField(default=jini.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('token_digest', models.CharField(editable=False, max_length=64)),
                ('token_end', models.CharField(editable=False, max_length=4)),
                ('created_at', models.DateTimeField(editable=False)),
                ('last_used_at', models.DateTimeField(editable=False, null=True)),
                ('used_in_minute', models.PositiveIntegerField(default=0, editable=False)),
                ('revoked_at', models.DateTimeField(editable=False, null=True)),
                ('name', models.CharField(max_length=80, verbose_name='name')),
                ('created_by', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                ('member', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                ('organisation', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation')),
                ('revoked_by', models.ForeignKey(db_constraint=False, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
            ],
            options={
                'abstract': False,
                'indexes': [models.Index(fields=['organisation', '-created_at', '-id'], name='api_key_newest')],
                'constraints': [models.UniqueConstraint(fields=('organisation', 'token_digest'), name='apikey_token_once'), models.CheckConstraint(condition=models.Q(models.Q(('revoked_at', None), ('revoked_by', None)), models.Q(('revoked_at__isnull', False), ('revoked_by__isnull', False)), _connector='OR'), name='apikey_revoked_at_and_by')],
            },
        ),
        *tenant_tables("accounts_apikey"),
        *composite_keys(
            ("accounts_apikey", "member_id", "accounts_membership"),
            ("accounts_apikey", "created_by_id", "accounts_membership"),
            ("accounts_apikey", "revoked_by_id", "accounts_membership"),
        ),
    ]
