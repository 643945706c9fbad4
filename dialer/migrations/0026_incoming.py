"""Calls that come in, who is rung for them, and how they are taken."""

import django.core.validators
import django.db.models.deletion
import jini.lib.ids
from django.db import migrations, models

from accounts.migrations_tenancy import composite_keys, tenant_tables
from jini.lib.ids import UUID7_SQL

# Every organisation that is there begins with the same rules as a new one.
FIRST_SETTINGS = f"""
ALTER TABLE dialer_incomingsettings NO FORCE ROW LEVEL SECURITY;
INSERT INTO dialer_incomingsettings
    (id, organisation_id, ring_seconds, keeps_hours, takes_messages, greeting, greeting_hindi, unknown_callers)
SELECT {UUID7_SQL}, o.id, 20, true, true, '', '', 'lead' FROM accounts_organisation o;
SET CONSTRAINTS ALL IMMEDIATE;
SET CONSTRAINTS ALL DEFERRED;
ALTER TABLE dialer_incomingsettings FORCE ROW LEVEL SECURITY;
"""  # noqa: S608 -- a constant


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0005_api_keys'),
        ('dialer', '0025_exotel'),
        ('leads', '0022_incoming'),
        ('teams', '0003_long_breaks'),
    ]

    operations = [
        migrations.CreateModel(
            name='IncomingCall',
            fields=[
                ('id', models.UUIDField(default=jini.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('provider', models.CharField(max_length=20)),
                ('provider_id', models.CharField(max_length=64)),
                ('called', models.CharField(blank=True, max_length=16)),
                ('caller', models.CharField(blank=True, max_length=16)),
                ('state', models.CharField(choices=[('waiting', 'Waiting'), ('answered', 'Answered'), ('told', 'Voicemail')], default='waiting', max_length=10)),
                ('started_at', models.DateTimeField()),
                ('answered_at', models.DateTimeField(null=True)),
                ('ended_at', models.DateTimeField(null=True)),
                ('missed', models.CharField(blank=True, choices=[('gave_up', 'Hung up before anybody answered'), ('nobody', 'Nobody was free'), ('closed', 'Outside the calling hours'), ('off', 'The number takes no calls')], max_length=10)),
                ('sent_at', models.DateTimeField(null=True)),
                ('told_at', models.DateTimeField(null=True)),
                ('message_id', models.CharField(blank=True, max_length=64)),
                ('message_seconds', models.PositiveIntegerField(null=True)),
                ('answered_by', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                ('follow_up', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='leads.followup')),
                ('lead', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='leads.lead')),
                ('organisation', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation')),
                ('team', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='teams.team')),
            ],
        ),
        migrations.CreateModel(
            name='IncomingRing',
            fields=[
                ('id', models.UUIDField(default=jini.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('status', models.CharField(default='intent', max_length=12)),
                ('leg', models.CharField(blank=True, max_length=64)),
                ('started_at', models.DateTimeField()),
                ('gives_up_at', models.DateTimeField()),
                ('answered_at', models.DateTimeField(null=True)),
                ('ended_at', models.DateTimeField(null=True)),
                ('outcome', models.CharField(blank=True, choices=[('answered', 'Answered'), ('no_answer', 'No answer'), ('declined', 'Passed on'), ('failed', 'Could not be rung'), ('caller_gone', 'The caller hung up')], max_length=12)),
                ('incoming', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='rings', to='dialer.incomingcall')),
                ('member', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                ('organisation', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation')),
            ],
        ),
        migrations.CreateModel(
            name='IncomingSettings',
            fields=[
                ('id', models.UUIDField(default=jini.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('ring_seconds', models.PositiveSmallIntegerField(default=20, help_text='Then the next one is rung. Below the time after which their own mailbox answers.', validators=[django.core.validators.MinValueValidator(5), django.core.validators.MaxValueValidator(60)], verbose_name='Seconds for which each telecaller is rung')),
                ('keeps_hours', models.BooleanField(default=True, help_text='Who calls then is led to the voicemail at once.', verbose_name='Ring nobody outside the calling hours')),
                ('takes_messages', models.BooleanField(default=True, help_text='Off: who reaches nobody is told so, and the call ends.', verbose_name='Voicemail')),
                ('greeting', models.CharField(blank=True, max_length=300, verbose_name='Greeting in English')),
                ('greeting_hindi', models.CharField(blank=True, max_length=300, verbose_name='Greeting in Hindi')),
                ('unknown_callers', models.CharField(choices=[('lead', 'Becomes a lead, of whoever answers or is to call back'), ('kept', 'Stays a line on the page of incoming calls until somebody makes a lead of it')], default='lead', max_length=10, verbose_name='Whoever calls from a number that no lead has')),
                ('organisation', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation')),
            ],
        ),
        migrations.AddIndex(
            model_name='incomingcall',
            index=models.Index(fields=['organisation', '-started_at', '-id'], name='incoming_newest'),
        ),
        migrations.AddIndex(
            model_name='incomingcall',
            index=models.Index(fields=['organisation', 'lead', '-started_at'], name='incoming_newest_of_lead'),
        ),
        migrations.AddIndex(
            model_name='incomingcall',
            index=models.Index(fields=['organisation', 'caller', '-started_at'], name='incoming_newest_from_phone'),
        ),
        migrations.AddIndex(
            model_name='incomingcall',
            index=models.Index(fields=['organisation', 'follow_up'], name='incoming_of_follow_up'),
        ),
        migrations.AddConstraint(
            model_name='incomingcall',
            constraint=models.UniqueConstraint(fields=('organisation', 'provider', 'provider_id'), name='incoming_call_once'),
        ),
        migrations.AddConstraint(
            model_name='incomingcall',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('answered_at', None), ('answered_by', None)), models.Q(('answered_at__isnull', False), ('answered_by__isnull', False)), _connector='OR'), name='incoming_answered_at_and_by'),
        ),
        migrations.AddConstraint(
            model_name='incomingcall',
            constraint=models.CheckConstraint(condition=models.Q(('missed', ''), ('answered_at', None), _connector='OR'), name='incoming_missed_or_answered'),
        ),
        migrations.AddConstraint(
            model_name='incomingcall',
            constraint=models.CheckConstraint(condition=models.Q(('ended_at', None), ('answered_at__isnull', False), models.Q(('missed', ''), _negated=True), _connector='OR'), name='incoming_missed_says_why'),
        ),
        migrations.AddConstraint(
            model_name='incomingring',
            constraint=models.UniqueConstraint(fields=('organisation', 'incoming', 'member'), name='incoming_ring_member_once'),
        ),
        migrations.AddConstraint(
            model_name='incomingring',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_at', None)), fields=('organisation', 'member'), name='incoming_ring_one_of_member'),
        ),
        migrations.AddConstraint(
            model_name='incomingring',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_at', None)), fields=('organisation', 'incoming'), name='incoming_ring_one_at_a_time'),
        ),
        migrations.AddConstraint(
            model_name='incomingring',
            constraint=models.CheckConstraint(condition=models.Q(('ended_at', None), models.Q(('outcome', ''), _negated=True), _connector='OR'), name='incoming_ring_ended_says_how'),
        ),
        migrations.AddConstraint(
            model_name='incomingsettings',
            constraint=models.UniqueConstraint(fields=('organisation',), name='incoming_settings_once'),
        ),
        migrations.AddConstraint(
            model_name='incomingsettings',
            constraint=models.CheckConstraint(condition=models.Q(('ring_seconds__range', (5, 60))), name='incoming_ring_seconds_5_to_60'),
        ),
        *tenant_tables("dialer_incomingcall", "dialer_incomingring", "dialer_incomingsettings"),
        *composite_keys(
            ("dialer_incomingcall", "lead_id", "leads_lead"),
            ("dialer_incomingcall", "team_id", "teams_team"),
            ("dialer_incomingcall", "answered_by_id", "accounts_membership"),
            ("dialer_incomingcall", "follow_up_id", "leads_followup"),
            ("dialer_incomingring", "incoming_id", "dialer_incomingcall"),
            ("dialer_incomingring", "member_id", "accounts_membership"),
        ),
        migrations.RunSQL(FIRST_SETTINGS, migrations.RunSQL.noop),
    ]
