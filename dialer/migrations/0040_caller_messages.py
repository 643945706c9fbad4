"""What callers said onto the voicemail, and recordings that are always of a call."""

import django.db.models.deletion
import jini.lib.ids
from django.db import migrations, models

from accounts.migrations_tenancy import composite_keys, tenant_tables


class Migration(migrations.Migration):

    dependencies = [
        ("accounts", "0006_calls_a_day"),
        ("dialer", "0039_score"),
    ]

    operations = [
        migrations.CreateModel(
            name='CallerMessage',
            fields=[
                ('id', models.UUIDField(default=jini.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('provider', models.CharField(max_length=20)),
                ('provider_id', models.CharField(blank=True, max_length=64)),
                ('state', models.CharField(choices=[('wanted', 'About to start'), ('asked', 'Starting'), ('running', 'Recording'), ('paused', 'Paused'), ('ended', 'Being made ready by the provider'), ('ready', 'Being fetched from the provider'), ('kept', 'Recorded'), ('absent', 'Not recorded'), ('broken', "The provider's file cannot be used"), ('erased', 'Erased')], default='wanted', max_length=10)),
                ('asked_at', models.DateTimeField(null=True)),
                ('started_at', models.DateTimeField(null=True)),
                ('seconds', models.PositiveIntegerField(null=True)),
                ('channels', models.PositiveSmallIntegerField(null=True)),
                ('absent_because', models.CharField(blank=True, max_length=40)),
                ('fault', models.CharField(blank=True, max_length=40)),
                ('tries', models.PositiveSmallIntegerField(default=0)),
                ('file', models.CharField(blank=True, max_length=100)),
                ('bytes', models.PositiveBigIntegerField(null=True)),
                ('sha256', models.CharField(blank=True, max_length=64)),
                ('content_type', models.CharField(blank=True, max_length=40)),
                ('kept_at', models.DateTimeField(null=True)),
                ('deleted_at_provider_at', models.DateTimeField(null=True)),
                ('erased_at', models.DateTimeField(null=True)),
                ('erased_because', models.CharField(blank=True, max_length=40)),
            ],
        ),
        migrations.RemoveConstraint(
            model_name='recording',
            name='recording_once_of_call',
        ),
        migrations.AlterField(
            model_name='recording',
            name='call',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='dialer.call'),
        ),
        migrations.AddConstraint(
            model_name='recording',
            constraint=models.UniqueConstraint(fields=('organisation', 'call'), name='recording_once_of_call'),
        ),
        migrations.AddField(
            model_name='callermessage',
            name='erased_by',
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership'),
        ),
        migrations.AddField(
            model_name='callermessage',
            name='incoming',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='dialer.incomingcall'),
        ),
        migrations.AddField(
            model_name='callermessage',
            name='organisation',
            field=models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation'),
        ),
        migrations.AddConstraint(
            model_name='callermessage',
            constraint=models.UniqueConstraint(fields=('organisation', 'incoming'), name='message_once_of_call'),
        ),
        migrations.AddConstraint(
            model_name='callermessage',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'kept'), _negated=True), models.Q(('bytes__gt', 0), ('kept_at__isnull', False), models.Q(('file', ''), _negated=True), models.Q(('sha256', ''), _negated=True)), _connector='OR'), name='message_kept_has_a_file'),
        ),
        migrations.AddConstraint(
            model_name='callermessage',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('erased_at', None), ('erased_by', None), models.Q(('state', 'erased'), _negated=True)), models.Q(('erased_at__isnull', False), ('state', 'erased'), models.Q(('erased_because', ''), _negated=True)), _connector='OR'), name='message_erased_at_and_by'),
        ),
        *tenant_tables("dialer_callermessage"),
        *composite_keys(
            ("dialer_callermessage", "incoming_id", "dialer_incomingcall"),
            ("dialer_callermessage", "erased_by_id", "accounts_membership"),
        ),
    ]
