"""Recordings: whether calls are recorded, where each recording stands, who listened, and who did not want it."""

import django.db.models.deletion
import jini.lib.ids
from django.db import migrations, models

from accounts.migrations_tenancy import composite_keys, tenant_tables


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0005_api_keys'),
        ('dialer', '0033_spending'),
        ('leads', '0021_other_languages'),
    ]

    operations = [
        migrations.AddField(
            model_name='call',
            name='recording_rule',
            field=models.CharField(blank=True, choices=[('on', 'To be recorded'), ('wish', 'The customer does not want to be recorded'), ('unsupported', 'The provider cannot record')], db_default='', default='', max_length=12),
        ),
        migrations.AddField(
            model_name='campaign',
            name='recorded',
            field=models.CharField(blank=True, choices=[('', 'As the organisation says'), ('on', 'Record its calls'), ('off', 'Do not record its calls')], db_default='', default='', max_length=3, verbose_name='Recording'),
        ),
        migrations.AddField(
            model_name='simulatedcall',
            name='announces',
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.CreateModel(
            name='Recording',
            fields=[
                ('id', models.UUIDField(default=jini.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('provider', models.CharField(max_length=20)),
                ('provider_id', models.CharField(blank=True, max_length=64)),
                ('state', models.CharField(choices=[('wanted', 'About to start'), ('asked', 'Starting'), ('running', 'Recording'), ('paused', 'Paused'), ('ended', 'Being made ready by the provider'), ('ready', 'Being fetched from the provider'), ('kept', 'Recorded'), ('absent', 'Not recorded'), ('broken', "The provider's file cannot be used"), ('erased', 'Erased')], default='wanted', max_length=10)),
                ('wanted', models.CharField(choices=[('run', 'Run'), ('pause', 'Pause'), ('stop', 'Stop')], default='run', max_length=5)),
                ('announcement', models.CharField(blank=True, max_length=300)),
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
                ('call', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='dialer.call')),
                ('erased_by', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                ('organisation', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation')),
            ],
        ),
        migrations.CreateModel(
            name='RecordingPlay',
            fields=[
                ('id', models.UUIDField(default=jini.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('at', models.DateTimeField()),
                ('until', models.DateTimeField()),
                ('member', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                ('organisation', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation')),
                ('recording', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='plays', to='dialer.recording')),
            ],
        ),
        migrations.CreateModel(
            name='RecordingSettings',
            fields=[
                ('id', models.UUIDField(default=jini.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('is_on', models.BooleanField(default=False, help_text='A campaign may say otherwise for its own calls.', verbose_name='Record calls')),
                ('announcement', models.CharField(default='This call is recorded.', help_text='It is spoken before the customer is connected with the telecaller, in every call that is recorded.', max_length=300, verbose_name='What the customer hears first')),
                ('voice', models.CharField(choices=[('en-IN', 'English'), ('hi-IN', 'Hindi')], default='en-IN', max_length=5, verbose_name='Language of that sentence')),
                ('organisation', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation')),
            ],
        ),
        migrations.CreateModel(
            name='RecordingWish',
            fields=[
                ('id', models.UUIDField(default=jini.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('noted_at', models.DateTimeField()),
                ('reason', models.CharField(blank=True, max_length=200, verbose_name='In their words')),
                ('withdrawn_at', models.DateTimeField(null=True)),
                ('lead', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='leads.lead')),
                ('noted_by', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                ('organisation', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation')),
                ('withdrawn_by', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
            ],
        ),
        migrations.CreateModel(
            name='SimulatedRecording',
            fields=[
                ('id', models.UUIDField(default=jini.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('token', models.UUIDField()),
                ('number', models.CharField(max_length=64)),
                ('url', models.CharField(max_length=300)),
                ('started_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(null=True)),
                ('pauses', models.JSONField(default=list)),
                ('sent', models.PositiveSmallIntegerField(default=0)),
                ('deleted_at', models.DateTimeField(null=True)),
                ('organisation', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation')),
            ],
        ),
        migrations.AddConstraint(
            model_name='recording',
            constraint=models.UniqueConstraint(condition=models.Q(('call__isnull', False)), fields=('organisation', 'call'), name='recording_once_of_call'),
        ),
        migrations.AddConstraint(
            model_name='recording',
            constraint=models.UniqueConstraint(condition=models.Q(('provider_id', ''), _negated=True), fields=('organisation', 'provider', 'provider_id'), name='recording_once_at_provider'),
        ),
        migrations.AddConstraint(
            model_name='recording',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'kept'), _negated=True), models.Q(('bytes__gt', 0), ('kept_at__isnull', False), models.Q(('file', ''), _negated=True), models.Q(('sha256', ''), _negated=True)), _connector='OR'), name='recording_kept_has_a_file'),
        ),
        migrations.AddConstraint(
            model_name='recording',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('erased_at', None), ('erased_by', None), models.Q(('state', 'erased'), _negated=True)), models.Q(('erased_at__isnull', False), ('state', 'erased'), models.Q(('erased_because', ''), _negated=True)), _connector='OR'), name='recording_erased_at_and_by'),
        ),
        migrations.AddIndex(
            model_name='recordingplay',
            index=models.Index(fields=['organisation', 'recording', '-at'], name='recording_plays_newest'),
        ),
        migrations.AddConstraint(
            model_name='recordingplay',
            constraint=models.CheckConstraint(condition=models.Q(('until__gt', models.F('at'))), name='recording_play_takes_time'),
        ),
        migrations.AddConstraint(
            model_name='recordingsettings',
            constraint=models.UniqueConstraint(fields=('organisation',), name='recording_settings_once'),
        ),
        migrations.AddConstraint(
            model_name='recordingsettings',
            constraint=models.CheckConstraint(condition=models.Q(('announcement', ''), _negated=True), name='recording_is_announced'),
        ),
        migrations.AddIndex(
            model_name='recordingwish',
            index=models.Index(fields=['organisation', 'lead', '-noted_at'], name='recording_wishes_of_lead'),
        ),
        migrations.AddConstraint(
            model_name='recordingwish',
            constraint=models.UniqueConstraint(condition=models.Q(('withdrawn_at', None)), fields=('organisation', 'lead'), name='recording_wish_once'),
        ),
        migrations.AddConstraint(
            model_name='recordingwish',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('withdrawn_at', None), ('withdrawn_by', None)), models.Q(('withdrawn_at__isnull', False), ('withdrawn_by__isnull', False)), _connector='OR'), name='recording_wish_withdrawn_at_and_by'),
        ),
        migrations.AddConstraint(
            model_name='simulatedrecording',
            constraint=models.UniqueConstraint(fields=('organisation', 'number'), name='simulated_recording_once'),
        ),
        *tenant_tables(
            'dialer_recording',
            'dialer_recordingplay',
            'dialer_recordingsettings',
            'dialer_recordingwish',
            'dialer_simulatedrecording',
        ),
        *composite_keys(
            ('dialer_recording', 'call_id', 'dialer_call'),
            ('dialer_recording', 'erased_by_id', 'accounts_membership'),
            ('dialer_recordingplay', 'recording_id', 'dialer_recording'),
            ('dialer_recordingplay', 'member_id', 'accounts_membership'),
            ('dialer_recordingwish', 'lead_id', 'leads_lead'),
            ('dialer_recordingwish', 'noted_by_id', 'accounts_membership'),
            ('dialer_recordingwish', 'withdrawn_by_id', 'accounts_membership'),
        ),
    ]
