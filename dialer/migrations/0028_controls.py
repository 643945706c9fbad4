"""What people ask of a running call; how the people of a simulated one stand."""

import django.db.models.deletion
import jini.lib.encryption
import jini.lib.ids
from django.db import migrations, models

from accounts.migrations_tenancy import composite_keys, tenant_tables


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0005_api_keys'),
        ('dialer', '0027_missed_first'),
    ]

    operations = [
        migrations.AddField(
            model_name='simulatedcall',
            name='settings',
            field=models.JSONField(default=dict),
        ),
        migrations.AddField(
            model_name='simulatedcall',
            name='tones',
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.CreateModel(
            name='Control',
            fields=[
                ('id', models.UUIDField(default=jini.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('leg', models.CharField(max_length=10)),
                ('kind', models.CharField(choices=[('hold', 'Put on hold'), ('resume', 'Taken off hold'), ('mute', 'Muted'), ('unmute', 'Unmuted'), ('digits', 'Keypad')], max_length=10)),
                ('digits', jini.lib.encryption.EncryptedTextField(blank=True)),
                ('asked_at', models.DateTimeField()),
                ('tries', models.PositiveSmallIntegerField(default=0)),
                ('state', models.CharField(choices=[('asked', 'Waiting'), ('sent', 'Being done'), ('done', 'Done'), ('failed', 'Failed')], default='asked', max_length=10)),
                ('failure', models.CharField(blank=True, max_length=40)),
                ('answered_at', models.DateTimeField(null=True)),
                ('asked_by', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                ('call', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='controls', to='dialer.call')),
                ('organisation', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation')),
            ],
            options={
                'indexes': [models.Index(fields=['organisation', 'call', 'id'], name='controls_of_call')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('state', 'sent')), fields=('organisation', 'call'), name='control_one_at_a_time'), models.CheckConstraint(condition=models.Q(models.Q(('answered_at', None), ('state__in', ['asked', 'sent'])), models.Q(('answered_at__isnull', False), ('state__in', ['done', 'failed'])), _connector='OR'), name='control_answered_when_done_or_failed'), models.CheckConstraint(condition=models.Q(('failure', ''), ('state', 'failed'), _connector='OR'), name='control_failure_when_failed'), models.CheckConstraint(condition=models.Q(('digits', ''), ('kind', 'digits'), _connector='OR'), name='control_digits_of_keypad')],
            },
        ),
        *tenant_tables("dialer_control"),
        *composite_keys(
            ("dialer_control", "call_id", "dialer_call"),
            ("dialer_control", "asked_by_id", "accounts_membership"),
        ),
    ]
