"""Third people on a call."""

import django.db.models.deletion
import jini.lib.ids
from django.db import migrations, models

from accounts.migrations_tenancy import composite_keys, tenant_tables


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0005_api_keys'),
        ('dialer', '0028_controls'),
    ]

    operations = [
        migrations.AlterField(
            model_name='control',
            name='kind',
            field=models.CharField(choices=[('hold', 'Put on hold'), ('resume', 'Taken off hold'), ('mute', 'Muted'), ('unmute', 'Unmuted'), ('digits', 'Keypad'), ('listen', 'Listen'), ('whisper', 'Whisper'), ('barge', 'Barge in')], max_length=10),
        ),
        migrations.CreateModel(
            name='Participant',
            fields=[
                ('id', models.UUIDField(default=jini.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('number', models.PositiveSmallIntegerField()),
                ('kind', models.CharField(choices=[('supervisor', 'Supervisor')], max_length=10)),
                ('phone', models.CharField(max_length=16)),
                ('leg_id', models.CharField(blank=True, max_length=64)),
                ('status', models.CharField(choices=[('intent', 'Starting'), ('queued', 'Starting'), ('initiated', 'Dialling'), ('ringing', 'Ringing'), ('in-progress', 'Connected'), ('completed', 'Ended'), ('busy', 'Busy'), ('no-answer', 'No answer'), ('failed', 'Failed'), ('canceled', 'Cancelled')], default='intent', max_length=12)),
                ('failure', models.CharField(blank=True, max_length=40)),
                ('asked_at', models.DateTimeField()),
                ('joined_at', models.DateTimeField(null=True)),
                ('left_at', models.DateTimeField(null=True)),
                ('counted_seconds', models.PositiveIntegerField(null=True)),
                ('seen_at', models.DateTimeField(null=True)),
                ('leave_asked_at', models.DateTimeField(null=True)),
                ('ip', models.GenericIPAddressField(null=True)),
                ('user_agent', models.CharField(blank=True, max_length=200)),
                ('asked_by', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                ('call', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='people', to='dialer.call')),
                ('member', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                ('organisation', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('left_at', None)), fields=['organisation', 'call'], name='participants_of_open_call')],
                'constraints': [models.UniqueConstraint(fields=('organisation', 'call', 'number'), name='participant_number_once'), models.UniqueConstraint(condition=models.Q(('left_at', None), ('member__isnull', False)), fields=('organisation', 'member'), name='participant_on_one_call'), models.CheckConstraint(condition=models.Q(models.Q(('kind', 'outside'), ('member', None)), models.Q(models.Q(('kind', 'outside'), _negated=True), ('member__isnull', False)), _connector='OR'), name='participant_member_unless_outside'), models.CheckConstraint(condition=models.Q(('kind', 'supervisor'), models.Q(('ip', None), ('user_agent', '')), _connector='OR'), name='participant_ip_of_supervisor'), models.CheckConstraint(condition=models.Q(('number__range', (1, 99))), name='participant_number_1_to_99')],
            },
        ),
        *tenant_tables("dialer_participant"),
        *composite_keys(
            ("dialer_participant", "call_id", "dialer_call"),
            ("dialer_participant", "member_id", "accounts_membership"),
            ("dialer_participant", "asked_by_id", "accounts_membership"),
        ),
    ]
