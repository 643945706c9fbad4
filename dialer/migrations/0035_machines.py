"""Answering machines: who answered, and the messages that are left."""

import dialer.models.voicemail
import django.db.models.deletion
import django.db.models.functions.text
import jini.lib.ids
from django.db import migrations, models

from accounts.migrations_tenancy import composite_keys, tenant_tables


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0005_api_keys'),
        ('dialer', '0034_recordings'),
    ]

    operations = [
        migrations.AddField(
            model_name='call',
            name='answered_by',
            field=models.CharField(blank=True, db_default='', default='', max_length=40),
        ),
        migrations.AddField(
            model_name='campaign',
            name='detects_machines',
            field=models.BooleanField(db_default=False, default=False, help_text='Calls are put through at once. The provider charges for it, and may be wrong.', verbose_name='Listen for answering machines'),
        ),
        migrations.AlterField(
            model_name='disposition',
            name='provider_status',
            field=models.CharField(blank=True, choices=[('no-answer', 'No answer'), ('busy', 'Busy'), ('failed', 'Failed'), ('machine', 'Answering machine')], max_length=10),
        ),
        migrations.CreateModel(
            name='VoicemailMessage',
            fields=[
                ('id', models.UUIDField(default=jini.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=80, verbose_name='name')),
                ('file', models.FileField(blank=True, storage=dialer.models.voicemail.voicemail_storage, upload_to=dialer.models.voicemail.sound_name)),
                ('bytes', models.PositiveIntegerField()),
                ('sha256', models.CharField(max_length=64)),
                ('content_type', models.CharField(max_length=40)),
                ('added_at', models.DateTimeField()),
                ('removed_at', models.DateTimeField(null=True)),
                ('added_by', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                ('organisation', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation')),
                ('removed_by', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
            ],
        ),
        migrations.CreateModel(
            name='MessageDrop',
            fields=[
                ('id', models.UUIDField(default=jini.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('state', models.CharField(choices=[('intent', 'About to be played'), ('asked', 'Being played'), ('played', 'Left on the machine'), ('unclear', 'Perhaps left: the provider did not answer'), ('refused', 'Not left: the provider refused')], default='intent', max_length=10)),
                ('code', models.CharField(blank=True, max_length=40)),
                ('left_at', models.DateTimeField()),
                ('call', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='dialer.call')),
                ('left_by', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                ('organisation', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation')),
                ('message', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='dialer.voicemailmessage')),
            ],
        ),
        migrations.AddConstraint(
            model_name='voicemailmessage',
            constraint=models.UniqueConstraint(models.F('organisation'), django.db.models.functions.text.Lower('name'), condition=models.Q(('removed_at', None)), name='voicemail_name_once'),
        ),
        migrations.AddConstraint(
            model_name='voicemailmessage',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('removed_at', None), ('removed_by', None)), models.Q(('file', ''), ('removed_at__isnull', False), ('removed_by__isnull', False)), _connector='OR'), name='voicemail_removed_at_and_by'),
        ),
        migrations.AddConstraint(
            model_name='messagedrop',
            constraint=models.UniqueConstraint(fields=('organisation', 'call'), name='message_drop_once_of_call'),
        ),
        *tenant_tables('dialer_voicemailmessage', 'dialer_messagedrop'),
        *composite_keys(
            ('dialer_voicemailmessage', 'added_by_id', 'accounts_membership'),
            ('dialer_voicemailmessage', 'removed_by_id', 'accounts_membership'),
            ('dialer_messagedrop', 'call_id', 'dialer_call'),
            ('dialer_messagedrop', 'message_id', 'dialer_voicemailmessage'),
            ('dialer_messagedrop', 'left_by_id', 'accounts_membership'),
        ),
    ]
