"""Browsers that show notices by push message."""

import django.db.models.deletion
import jini.lib.encryption
import jini.lib.ids
from django.db import migrations, models

from accounts.migrations_tenancy import composite_keys, tenant_tables


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0003_reminders'),
    ]

    operations = [
        migrations.AddField(
            model_name='notification',
            name='pushed_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='reminderchoice',
            name='by_push',
            field=models.BooleanField(default=False, verbose_name='By push message'),
        ),
        migrations.CreateModel(
            name='PushSubscription',
            fields=[
                ('id', models.UUIDField(default=jini.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('endpoint', jini.lib.encryption.EncryptedTextField()),
                ('endpoint_digest', models.CharField(editable=False, max_length=64)),
                ('keys', jini.lib.encryption.EncryptedJSONField()),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('member', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.membership')),
                ('organisation', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation')),
            ],
            options={
                'indexes': [models.Index(fields=['organisation', 'member', 'created_at'], name='push_subscription_of_member')],
                'constraints': [models.UniqueConstraint(fields=('organisation', 'endpoint_digest'), name='push_subscription_once')],
            },
        ),
        *tenant_tables("accounts_pushsubscription"),
        *composite_keys(("accounts_pushsubscription", "member_id", "accounts_membership")),
    ]
