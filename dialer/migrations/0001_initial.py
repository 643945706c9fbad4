"""The first tables, each behind the tenant boundary."""

import datetime
import django.db.models.deletion
import django.db.models.functions.text
import jini.lib.encryption
import jini.lib.ids
from django.db import migrations, models


from accounts.migrations_tenancy import composite_keys, tenant_tables


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0001_initial'),
        ('leads', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Campaign',
            fields=[
                ('id', models.UUIDField(default=jini.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=80, verbose_name='name')),
                ('state', models.CharField(choices=[('draft', 'Draft'), ('running', 'Running'), ('paused', 'Paused'), ('ended', 'Ended')], default='draft', max_length=10, verbose_name='state')),
                ('priority', models.PositiveSmallIntegerField(default=5, help_text='1 to 9; 9 is called first.', verbose_name='priority')),
                ('opens_at', models.TimeField(default=datetime.time(10, 0), verbose_name='calls start')),
                ('closes_at', models.TimeField(default=datetime.time(21, 0), verbose_name='calls end')),
                ('maximum_attempts', models.PositiveSmallIntegerField(default=6, verbose_name='attempts at most')),
                ('script', models.TextField(blank=True, verbose_name='script')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('created_by', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                ('organisation', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation')),
            ],
        ),
        migrations.CreateModel(
            name='CampaignMember',
            fields=[
                ('id', models.UUIDField(default=jini.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('campaign', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='campaign_members', to='dialer.campaign')),
                ('member', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.membership')),
                ('organisation', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation')),
            ],
        ),
        migrations.CreateModel(
            name='DialerSettings',
            fields=[
                ('id', models.UUIDField(default=jini.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('default_mode', models.CharField(choices=[('bridge', 'Rings my phone first'), ('own_phone', 'My own phone')], default='bridge', max_length=10, verbose_name='how calls start')),
                ('is_wrap_up_required', models.BooleanField(default=True, verbose_name='an outcome is needed before the next call')),
                ('auto_advance_seconds', models.PositiveSmallIntegerField(default=0, verbose_name='next lead after, seconds')),
                ('lease_minutes', models.PositiveSmallIntegerField(default=15, verbose_name='an opened lead returns to the queue after, minutes')),
                ('hot_lead_minutes', models.PositiveSmallIntegerField(default=30, verbose_name='a new lead is hot for, minutes')),
                ('organisation', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation')),
            ],
        ),
        migrations.CreateModel(
            name='Disposition',
            fields=[
                ('id', models.UUIDField(default=jini.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=60, verbose_name='name')),
                ('name_hi', models.CharField(blank=True, max_length=60, verbose_name='name in Hindi')),
                ('group', models.CharField(choices=[('connected', 'Connected'), ('not_connected', 'Not connected')], max_length=15, verbose_name='group')),
                ('icon', models.CharField(default='phone', max_length=30)),
                ('hot_key', models.CharField(blank=True, max_length=1, verbose_name='key')),
                ('position', models.PositiveSmallIntegerField(default=0)),
                ('is_active', models.BooleanField(default=True, verbose_name='in use')),
                ('is_human_answered', models.BooleanField(default=False, verbose_name='a person answered')),
                ('is_customer_contact', models.BooleanField(default=False, verbose_name='we spoke with the lead')),
                ('is_converted', models.BooleanField(default=False, verbose_name='converted')),
                ('is_do_not_call', models.BooleanField(default=False, verbose_name='puts the number on do not call')),
                ('is_not_interested', models.BooleanField(default=False, verbose_name='not interested')),
                ('is_unworkable', models.BooleanField(default=False, verbose_name='the number cannot be worked')),
                ('needs_follow_up', models.BooleanField(default=False, verbose_name='needs a follow-up')),
                ('follow_up_minutes', models.PositiveIntegerField(blank=True, null=True, verbose_name='suggested follow-up, minutes later')),
                ('retry_minutes', models.PositiveIntegerField(blank=True, null=True, verbose_name='retry after, minutes')),
                ('retry_attempts', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='retries at most')),
                ('provider_status', models.CharField(blank=True, choices=[('no-answer', 'No answer'), ('busy', 'Busy'), ('failed', 'Failed')], max_length=10)),
                ('minimum_talk_seconds', models.PositiveIntegerField(blank=True, null=True)),
                ('maximum_talk_seconds', models.PositiveIntegerField(blank=True, null=True)),
                ('next_status', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='leads.status', verbose_name='moves the lead to')),
                ('organisation', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation')),
            ],
        ),
        migrations.CreateModel(
            name='Call',
            fields=[
                ('id', models.UUIDField(default=jini.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('direction', models.CharField(choices=[('outgoing', 'Outgoing'), ('incoming', 'Incoming')], default='outgoing', max_length=10)),
                ('mode', models.CharField(choices=[('bridge', 'Rings my phone first'), ('own_phone', 'My own phone')], max_length=10)),
                ('provider', models.CharField(max_length=20)),
                ('phone', models.CharField(max_length=16, verbose_name='phone')),
                ('caller_id', models.CharField(blank=True, max_length=16)),
                ('status', models.CharField(choices=[('intent', 'Starting'), ('queued', 'Starting'), ('initiated', 'Dialling'), ('ringing', 'Ringing'), ('in-progress', 'Connected'), ('completed', 'Ended'), ('busy', 'Busy'), ('no-answer', 'No answer'), ('failed', 'Failed'), ('canceled', 'Cancelled')], default='intent', max_length=12)),
                ('agent_status', models.CharField(choices=[('intent', 'Starting'), ('queued', 'Starting'), ('initiated', 'Dialling'), ('ringing', 'Ringing'), ('in-progress', 'Connected'), ('completed', 'Ended'), ('busy', 'Busy'), ('no-answer', 'No answer'), ('failed', 'Failed'), ('canceled', 'Cancelled')], default='intent', max_length=12)),
                ('customer_leg', models.CharField(blank=True, max_length=64)),
                ('agent_leg', models.CharField(blank=True, max_length=64)),
                ('failure', models.CharField(blank=True, max_length=40)),
                ('started_at', models.DateTimeField()),
                ('ringing_at', models.DateTimeField(null=True)),
                ('answered_at', models.DateTimeField(null=True)),
                ('ended_at', models.DateTimeField(null=True)),
                ('ring_seconds', models.PositiveIntegerField(null=True)),
                ('talk_seconds', models.PositiveIntegerField(null=True)),
                ('note', models.TextField(blank=True)),
                ('closed_at', models.DateTimeField(null=True)),
                ('wrap_up_seconds', models.PositiveIntegerField(null=True)),
                ('policy_version', models.PositiveIntegerField(default=0)),
                ('lead', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='leads.lead')),
                ('organisation', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation')),
                ('telecaller', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                ('campaign', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='dialer.campaign')),
                ('disposition', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='dialer.disposition')),
            ],
        ),
        migrations.CreateModel(
            name='QueueEntry',
            fields=[
                ('id', models.UUIDField(default=jini.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('rank', models.PositiveSmallIntegerField(choices=[(0, 'Follow-up'), (1, 'Missed call'), (2, 'New lead'), (3, 'Retry'), (4, 'First call')], default=4)),
                ('due_at', models.DateTimeField()),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('lease_until', models.DateTimeField(null=True)),
                ('finished_at', models.DateTimeField(null=True)),
                ('finished_because', models.CharField(blank=True, max_length=20)),
                ('campaign', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='dialer.campaign')),
                ('lead', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='leads.lead')),
                ('leased_to', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                ('organisation', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation')),
                ('reserved_for', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
            ],
        ),
        migrations.CreateModel(
            name='RetryRule',
            fields=[
                ('id', models.UUIDField(default=jini.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('delay_minutes', models.PositiveIntegerField(verbose_name='after, minutes')),
                ('attempts', models.PositiveSmallIntegerField(verbose_name='times at most')),
                ('campaign', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='retry_rules', to='dialer.campaign')),
                ('disposition', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='dialer.disposition')),
                ('organisation', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation')),
            ],
        ),
        migrations.CreateModel(
            name='TelephonyAccount',
            fields=[
                ('id', models.UUIDField(default=jini.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('provider', models.CharField(choices=[('simulator', 'Simulator'), ('twilio', 'Twilio'), ('own_phone', 'Own phones')], max_length=20, verbose_name='provider')),
                ('credentials', jini.lib.encryption.EncryptedJSONField(default=dict)),
                ('caller_id', models.CharField(blank=True, max_length=16, verbose_name='number shown')),
                ('is_active', models.BooleanField(default=False, verbose_name='calls go through this account')),
                ('checked_at', models.DateTimeField(editable=False, null=True)),
                ('check_result', models.JSONField(default=dict, editable=False)),
                ('organisation', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation')),
            ],
        ),
        migrations.CreateModel(
            name='CallEvent',
            fields=[
                ('id', models.UUIDField(default=jini.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('provider', models.CharField(max_length=20)),
                ('event_key', models.CharField(max_length=64)),
                ('call_token', models.UUIDField()),
                ('leg', models.CharField(max_length=10)),
                ('payload', models.JSONField()),
                ('received_at', models.DateTimeField()),
                ('copies', models.PositiveIntegerField(default=1)),
                ('verdict', models.CharField(choices=[('waiting', 'Waiting'), ('merged', 'Merged'), ('late', 'Late'), ('unknown_call', 'Unknown call'), ('unknown_status', 'Unknown status')], default='waiting', max_length=15)),
                ('decided_at', models.DateTimeField(null=True)),
                ('organisation', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation')),
            ],
            options={
                'indexes': [models.Index(fields=['organisation', 'call_token', 'received_at'], name='call_events_of_call')],
                'constraints': [models.UniqueConstraint(fields=('organisation', 'provider', 'event_key'), name='call_event_once')],
            },
        ),
        migrations.AddConstraint(
            model_name='campaign',
            constraint=models.UniqueConstraint(models.F('organisation'), django.db.models.functions.text.Lower('name'), name='campaign_name_once'),
        ),
        migrations.AddConstraint(
            model_name='campaign',
            constraint=models.CheckConstraint(condition=models.Q(('priority__range', (1, 9))), name='campaign_priority_1_to_9'),
        ),
        migrations.AddConstraint(
            model_name='campaign',
            constraint=models.CheckConstraint(condition=models.Q(('opens_at__lt', models.F('closes_at'))), name='campaign_window'),
        ),
        migrations.AddConstraint(
            model_name='campaign',
            constraint=models.CheckConstraint(condition=models.Q(('maximum_attempts__range', (1, 30))), name='campaign_attempts_1_to_30'),
        ),
        migrations.AddIndex(
            model_name='campaignmember',
            index=models.Index(fields=['organisation', 'member', 'campaign'], name='campaigns_of_member'),
        ),
        migrations.AddConstraint(
            model_name='campaignmember',
            constraint=models.UniqueConstraint(fields=('organisation', 'campaign', 'member'), name='campaign_member_once'),
        ),
        migrations.AddConstraint(
            model_name='dialersettings',
            constraint=models.UniqueConstraint(fields=('organisation',), name='dialer_settings_once'),
        ),
        migrations.AddConstraint(
            model_name='disposition',
            constraint=models.UniqueConstraint(models.F('organisation'), django.db.models.functions.text.Lower('name'), name='disposition_name_once'),
        ),
        migrations.AddConstraint(
            model_name='disposition',
            constraint=models.UniqueConstraint(condition=models.Q(('is_active', True), models.Q(('hot_key', ''), _negated=True)), fields=('organisation', 'hot_key'), name='disposition_key_once'),
        ),
        migrations.AddConstraint(
            model_name='disposition',
            constraint=models.CheckConstraint(condition=models.Q(('retry_minutes', None), ('retry_minutes__gte', 2), _connector='OR'), name='disposition_retry_from_2_minutes'),
        ),
        migrations.AddIndex(
            model_name='call',
            index=models.Index(fields=['organisation', '-started_at', '-id'], name='call_newest'),
        ),
        migrations.AddIndex(
            model_name='call',
            index=models.Index(fields=['organisation', 'telecaller', '-started_at', '-id'], name='call_newest_of_telecaller'),
        ),
        migrations.AddIndex(
            model_name='call',
            index=models.Index(fields=['organisation', 'lead', '-started_at'], name='call_newest_of_lead'),
        ),
        migrations.AddIndex(
            model_name='call',
            index=models.Index(fields=['organisation', 'phone', '-started_at'], name='call_newest_to_phone'),
        ),
        migrations.AddIndex(
            model_name='call',
            index=models.Index(condition=models.Q(('customer_leg', ''), _negated=True), fields=['organisation', 'customer_leg'], name='call_by_customer_leg'),
        ),
        migrations.AddConstraint(
            model_name='call',
            constraint=models.UniqueConstraint(condition=models.Q(('closed_at', None)), fields=('organisation', 'telecaller'), name='call_one_open_of_telecaller'),
        ),
        migrations.AddConstraint(
            model_name='call',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_at', None)), fields=('organisation', 'lead'), name='call_one_live_to_lead'),
        ),
        migrations.AddConstraint(
            model_name='call',
            constraint=models.CheckConstraint(condition=models.Q(('closed_at', None), ('ended_at__isnull', False), _connector='OR'), name='call_closed_after_its_end'),
        ),
        migrations.AddConstraint(
            model_name='call',
            constraint=models.CheckConstraint(condition=models.Q(('talk_seconds', None), ('answered_at__isnull', False), _connector='OR'), name='call_talk_needs_an_answer'),
        ),
        migrations.AddIndex(
            model_name='queueentry',
            index=models.Index(condition=models.Q(('finished_at', None), ('reserved_for', None)), fields=['organisation', 'campaign', 'rank', 'due_at', 'id'], name='queue_next_of_campaign'),
        ),
        migrations.AddIndex(
            model_name='queueentry',
            index=models.Index(condition=models.Q(('finished_at', None), ('reserved_for__isnull', False)), fields=['organisation', 'reserved_for', 'rank', 'due_at', 'id'], name='queue_next_of_member'),
        ),
        migrations.AddConstraint(
            model_name='queueentry',
            constraint=models.UniqueConstraint(condition=models.Q(('finished_at', None)), fields=('organisation', 'lead'), name='queue_lead_waits_once'),
        ),
        migrations.AddConstraint(
            model_name='queueentry',
            constraint=models.UniqueConstraint(condition=models.Q(('finished_at', None), ('leased_to__isnull', False)), fields=('organisation', 'leased_to'), name='queue_one_lead_in_hand'),
        ),
        migrations.AddConstraint(
            model_name='queueentry',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('lease_until', None), ('leased_to', None)), models.Q(('lease_until__isnull', False), ('leased_to__isnull', False)), _connector='OR'), name='queue_lease_has_holder_and_end'),
        ),
        migrations.AddConstraint(
            model_name='retryrule',
            constraint=models.UniqueConstraint(fields=('organisation', 'campaign', 'disposition'), name='retry_rule_once'),
        ),
        migrations.AddConstraint(
            model_name='retryrule',
            constraint=models.CheckConstraint(condition=models.Q(('delay_minutes__gte', 2)), name='retry_rule_from_2_minutes'),
        ),
        migrations.AddConstraint(
            model_name='retryrule',
            constraint=models.CheckConstraint(condition=models.Q(('attempts__range', (1, 10))), name='retry_rule_1_to_10'),
        ),
        migrations.AddConstraint(
            model_name='telephonyaccount',
            constraint=models.UniqueConstraint(fields=('organisation', 'provider'), name='telephony_account_once'),
        ),
        migrations.AddConstraint(
            model_name='telephonyaccount',
            constraint=models.UniqueConstraint(condition=models.Q(('is_active', True)), fields=('organisation',), name='telephony_one_active'),
        ),
        *tenant_tables(
            "dialer_call",
            "dialer_callevent",
            "dialer_campaign",
            "dialer_campaignmember",
            "dialer_retryrule",
            "dialer_queueentry",
            "dialer_disposition",
            "dialer_dialersettings",
            "dialer_telephonyaccount",
        ),
        *composite_keys(
            ("dialer_call", "lead_id", "leads_lead"),
            ("dialer_call", "telecaller_id", "accounts_membership"),
            ("dialer_call", "campaign_id", "dialer_campaign"),
            ("dialer_call", "disposition_id", "dialer_disposition"),
            ("dialer_campaign", "created_by_id", "accounts_membership"),
            ("dialer_campaignmember", "campaign_id", "dialer_campaign"),
            ("dialer_campaignmember", "member_id", "accounts_membership"),
            ("dialer_retryrule", "campaign_id", "dialer_campaign"),
            ("dialer_retryrule", "disposition_id", "dialer_disposition"),
            ("dialer_queueentry", "lead_id", "leads_lead"),
            ("dialer_queueentry", "campaign_id", "dialer_campaign"),
            ("dialer_queueentry", "reserved_for_id", "accounts_membership"),
            ("dialer_queueentry", "leased_to_id", "accounts_membership"),
            ("dialer_disposition", "next_status_id", "leads_status"),
        ),
    ]
