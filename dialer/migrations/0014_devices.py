"""Own phones, and the rows of their call logs."""

import django.db.models.deletion
import jini.lib.ids
from django.db import migrations, models

from accounts.migrations_tenancy import composite_keys, tenant_tables


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0005_api_keys'),
        ('dialer', '0013_forgotten'),
    ]

    operations = [
        migrations.CreateModel(
            name='Device',
            fields=[
                ('id', models.UUIDField(default=jini.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('token_digest', models.CharField(editable=False, max_length=64)),
                ('token_end', models.CharField(editable=False, max_length=4)),
                ('created_at', models.DateTimeField(editable=False)),
                ('last_used_at', models.DateTimeField(editable=False, null=True)),
                ('used_in_minute', models.PositiveIntegerField(default=0, editable=False)),
                ('revoked_at', models.DateTimeField(editable=False, null=True)),
                ('name', models.CharField(max_length=80, verbose_name='name')),
                ('hardware_id', models.CharField(editable=False, max_length=64)),
                ('app_version', models.CharField(blank=True, editable=False, max_length=40)),
                ('reported', models.JSONField(default=dict, editable=False)),
                ('clock_skew', models.DurationField(editable=False, null=True)),
                ('synced_at', models.DateTimeField(editable=False, null=True)),
                ('member', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                ('organisation', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation')),
                ('revoked_by', models.ForeignKey(db_constraint=False, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='DeviceBatch',
            fields=[
                ('id', models.UUIDField(default=jini.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('key', models.CharField(max_length=64)),
                ('body_digest', models.CharField(max_length=64)),
                ('received_at', models.DateTimeField()),
                ('accepted', models.PositiveSmallIntegerField(default=0)),
                ('duplicates', models.PositiveSmallIntegerField(default=0)),
                ('personal', models.PositiveSmallIntegerField(default=0)),
                ('refused', models.PositiveSmallIntegerField(default=0)),
                ('answer', models.JSONField(default=dict)),
                ('device', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='dialer.device')),
                ('organisation', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation')),
            ],
        ),
        migrations.CreateModel(
            name='DeviceCall',
            fields=[
                ('id', models.UUIDField(default=jini.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('joined', models.CharField(choices=[('new', 'A call that nobody had noted'), ('outcome', 'The call that was started in JiNi'), ('cloud', 'A call that the provider tells of')], max_length=10)),
                ('install_id', models.CharField(blank=True, max_length=64)),
                ('log_id', models.CharField(blank=True, max_length=64)),
                ('phone', models.CharField(max_length=16)),
                ('direction', models.CharField(choices=[('outgoing', 'Outgoing'), ('incoming', 'Incoming')], max_length=10)),
                ('logged_at', models.DateTimeField()),
                ('seconds', models.PositiveIntegerField()),
                ('received_at', models.DateTimeField()),
                ('call', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='dialer.call')),
                ('device', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='dialer.device')),
                ('organisation', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation')),
                ('telecaller', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
            ],
        ),
        migrations.CreateModel(
            name='PairingCode',
            fields=[
                ('id', models.UUIDField(default=jini.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('code_digest', models.CharField(max_length=64)),
                ('expires_at', models.DateTimeField()),
                ('used_at', models.DateTimeField(null=True)),
                ('member', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.membership')),
                ('organisation', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation')),
            ],
        ),
        migrations.AddIndex(
            model_name='device',
            index=models.Index(fields=['organisation', '-created_at', '-id'], name='device_newest'),
        ),
        migrations.AddConstraint(
            model_name='device',
            constraint=models.UniqueConstraint(fields=('organisation', 'token_digest'), name='device_token_once'),
        ),
        migrations.AddConstraint(
            model_name='device',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('revoked_at', None), ('revoked_by', None)), models.Q(('revoked_at__isnull', False), ('revoked_by__isnull', False)), _connector='OR'), name='device_revoked_at_and_by'),
        ),
        migrations.AddConstraint(
            model_name='device',
            constraint=models.UniqueConstraint(condition=models.Q(('revoked_at', None)), fields=('organisation', 'member', 'hardware_id'), name='device_paired_once'),
        ),
        migrations.AddIndex(
            model_name='devicebatch',
            index=models.Index(fields=['organisation', 'device', '-received_at'], name='device_batch_newest'),
        ),
        migrations.AddConstraint(
            model_name='devicebatch',
            constraint=models.UniqueConstraint(fields=('organisation', 'device', 'key'), name='device_batch_once'),
        ),
        migrations.AddIndex(
            model_name='devicecall',
            index=models.Index(fields=['organisation', 'call'], name='device_call_of_call'),
        ),
        migrations.AddConstraint(
            model_name='devicecall',
            constraint=models.UniqueConstraint(condition=models.Q(('log_id', ''), _negated=True), fields=('organisation', 'device', 'install_id', 'log_id'), name='device_call_log_id_once'),
        ),
        migrations.AddConstraint(
            model_name='devicecall',
            constraint=models.UniqueConstraint(fields=('organisation', 'telecaller', 'phone', 'logged_at', 'direction', 'seconds'), name='device_call_content_once'),
        ),
        migrations.AddConstraint(
            model_name='pairingcode',
            constraint=models.UniqueConstraint(fields=('organisation', 'code_digest'), name='pairing_code_once'),
        ),
        *tenant_tables("dialer_device", "dialer_devicebatch", "dialer_devicecall", "dialer_pairingcode"),
        *composite_keys(
            ("dialer_device", "member_id", "accounts_membership"),
            ("dialer_device", "revoked_by_id", "accounts_membership"),
            ("dialer_pairingcode", "member_id", "accounts_membership"),
            ("dialer_devicebatch", "device_id", "dialer_device"),
            ("dialer_devicecall", "device_id", "dialer_device"),
            ("dialer_devicecall", "telecaller_id", "accounts_membership"),
            ("dialer_devicecall", "call_id", "dialer_call"),
        ),
    ]
