"""The notices under the bell."""

import django.db.models.deletion
import django.utils.timezone
import jini.lib.ids
from django.db import migrations, models

from accounts.migrations_tenancy import composite_keys, tenant_tables


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Notification',
            fields=[
                ('id', models.UUIDField(default=jini.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(max_length=60)),
                ('details', models.JSONField(default=dict)),
                ('url', models.CharField(max_length=200)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('seen_at', models.DateTimeField(null=True)),
                ('once', models.CharField(blank=True, max_length=120)),
                ('member', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.membership')),
                ('organisation', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation')),
            ],
            options={
                'indexes': [models.Index(fields=['organisation', 'member', '-created_at', '-id'], name='notification_newest'), models.Index(condition=models.Q(('seen_at', None)), fields=['organisation', 'member'], name='notification_unseen'), models.Index(fields=['organisation', 'created_at'], name='notification_by_age')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('once', ''), _negated=True), fields=('organisation', 'member', 'once'), name='notification_once')],
            },
        ),
        *tenant_tables("accounts_notification"),
        *composite_keys(("accounts_notification", "member_id", "accounts_membership")),
        # An organisation that is founded from now on owes the purge by itself.
        migrations.RunSQL(
            """
            INSERT INTO accounts_duetask
                (id, task, queue, organisation_id, subject_id, due_at, attempts, version, last_error)
            SELECT gen_random_uuid(), 'accounts.purge_notifications', 'bulk', o.id, o.id, now() + interval '1 day', 0, 1, ''
            FROM accounts_organisation o
            ON CONFLICT (task, subject_id) DO NOTHING
            """,
            "DELETE FROM accounts_duetask WHERE task = 'accounts.purge_notifications'",
        ),
    ]
