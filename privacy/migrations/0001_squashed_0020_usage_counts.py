"""Policies and proofs, the rules of contact, and what becomes of data.

One migration in the place of 0001 to 0020, which stay for databases that stand between them. What those did to rows
that were there already is left out.
"""

import datetime
from importlib import import_module

import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.datetime
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import jini.lib.encryption
import jini.lib.ids
import privacy.models.contact_policy
import privacy.models.export
from accounts.migrations_tenancy import composite_keys, tenant_tables
from jini.lib.migrations import CreateModels

acceptances = import_module("privacy.migrations.0013_acceptances_stay")
choices = import_module("privacy.migrations.0016_choices")


class Migration(migrations.Migration):
    initial = True

    replaces = [
        ("privacy", "0001_initial"),
        ("privacy", "0002_caps"),
        ("privacy", "0003_retention"),
        ("privacy", "0004_exports"),
        ("privacy", "0005_versions_of_policies"),
        ("privacy", "0006_erasure"),
        ("privacy", "0007_series"),
        ("privacy", "0008_day_limits"),
        ("privacy", "0009_kinds"),
        ("privacy", "0010_ledger"),
        ("privacy", "0011_dnd_and_lifting"),
        ("privacy", "0012_account_deletion"),
        ("privacy", "0013_acceptances_stay"),
        ("privacy", "0014_shared_runs"),
        ("privacy", "0015_dnd_files"),
        ("privacy", "0016_choices"),
        ("privacy", "0017_page_visits"),
        ("privacy", "0018_cancellation"),
        ("privacy", "0019_vault"),
        ("privacy", "0020_usage_counts"),
    ]

    dependencies = [
        ("accounts", "0010_audit_of_ended"),
    ]

    operations = [
        CreateModels(
            migrations.CreateModel(
                name='Policy',
                fields=[
                    ('id', models.UUIDField(default=jini.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('kind', models.CharField(choices=[('privacy', 'Privacy policy'), ('terms', 'Terms of service'), ('data', 'What is held, and for how long'), ('cookies', 'Cookies and browser storage'), ('processors', 'Who works on data')], max_length=10)),
                    ('version', models.PositiveSmallIntegerField()),
                    ('language', models.CharField(default='en', max_length=2)),
                    ('body', models.TextField()),
                    ('sha256', models.CharField(editable=False, max_length=64)),
                    ('effective_from', models.DateTimeField()),
                    ('is_material', models.BooleanField(default=False)),
                    ('published_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                    ('source', models.CharField(blank=True, editable=False, max_length=20)),
                    ('summary', models.TextField(blank=True)),
                ],
                options={
                    'constraints': [models.UniqueConstraint(fields=('kind', 'version', 'language'), name='policy_version_once'), models.CheckConstraint(condition=models.Q(('is_material', False), ('effective_from__gte', django.db.models.expressions.CombinedExpression(models.F('published_at'), '+', models.Value(datetime.timedelta(days=30)))), _connector='OR'), name='policy_material_is_announced')],
                },
            ),
            migrations.CreateModel(
                name='ContactPolicy',
                fields=[
                    ('id', models.UUIDField(default=jini.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('version', models.PositiveIntegerField(default=1, editable=False)),
                    ('opens_at', models.TimeField(default=datetime.time(10, 0), verbose_name='calls start')),
                    ('closes_at', models.TimeField(default=datetime.time(21, 0), verbose_name='calls end')),
                    ('weekdays', models.JSONField(default=privacy.models.contact_policy.every_day, verbose_name='days')),
                    ('minimum_gap_minutes', models.PositiveSmallIntegerField(default=60, verbose_name='minutes between two calls to one person')),
                    ('daily_attempts', models.PositiveSmallIntegerField(default=3, verbose_name='calls to one person a day')),
                    ('lifetime_attempts', models.PositiveSmallIntegerField(default=10, verbose_name='calls to one person in all')),
                    ('countries', models.JSONField(default=privacy.models.contact_policy.india, verbose_name='countries')),
                    ('daily_calls', models.PositiveIntegerField(default=5000, verbose_name='calls of the organisation a day')),
                    ('daily_spend', models.DecimalField(blank=True, decimal_places=2, max_digits=10, null=True, verbose_name='spend a day')),
                    ('organisation', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation')),
                    ('afternoon_attempts', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='calls in an afternoon')),
                    ('evening_attempts', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='calls in an evening')),
                    ('morning_attempts', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='calls in a morning')),
                    ('number_daily_attempts', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='calls to one number a day')),
                    ('number_lifetime_attempts', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='calls to one number in all')),
                    ('number_rolling_attempts', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='calls to one number in 24 hours')),
                    ('rolling_attempts', models.PositiveSmallIntegerField(default=3, verbose_name='calls to one person in 24 hours')),
                    ('purpose', models.CharField(choices=[('service', 'Service: about what the person asked for or has'), ('transactional', 'Transactional: about one purchase or payment of theirs'), ('promotional', 'Promotional: an offer, also as a part of the call')], default='service', max_length=15, verbose_name='calls without a campaign')),
                    ('series', models.JSONField(default=privacy.models.contact_policy.series, verbose_name='number series')),
                    ('daily_minutes', models.PositiveIntegerField(blank=True, null=True, verbose_name='minutes of talk a day')),
                    ('member_daily_calls', models.PositiveIntegerField(blank=True, null=True, verbose_name='calls of one person a day')),
                    ('member_daily_minutes', models.PositiveIntegerField(blank=True, null=True, verbose_name='minutes of one person a day')),
                    ('member_daily_spend', models.DecimalField(blank=True, decimal_places=2, max_digits=10, null=True, verbose_name='spend of one person a day')),
                    ('kinds', models.JSONField(default=privacy.models.contact_policy.kinds, verbose_name='kinds of numbers')),
                    ('dnd_days', models.PositiveSmallIntegerField(default=7, verbose_name='days for which a DND result counts')),
                    ('requires_dnd', models.BooleanField(default=False, verbose_name='promotional calls need a DND result')),
                ],
                options={
                    'constraints': [models.UniqueConstraint(fields=('organisation',), name='contact_policy_once'), models.CheckConstraint(condition=models.Q(('opens_at__lt', models.F('closes_at'))), name='contact_policy_window'), models.CheckConstraint(condition=models.Q(('dnd_days__range', (1, 90))), name='contact_policy_dnd_days')],
                },
            ),
            migrations.CreateModel(
                name='DoNotCall',
                fields=[
                    ('id', models.UUIDField(default=jini.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('phone', models.CharField(max_length=16, verbose_name='phone')),
                    ('source', models.CharField(choices=[('call', 'Said on a call'), ('manual', 'Entered by hand'), ('import', 'List of numbers'), ('request', 'Request of the person')], max_length=10, verbose_name='source')),
                    ('at', models.DateTimeField(auto_now_add=True)),
                    ('by', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                    ('organisation', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation')),
                    ('channel', models.CharField(choices=[('call', 'Calls'), ('sms', 'SMS'), ('whatsapp', 'WhatsApp'), ('email', 'E-mail')], db_default='call', default='call', max_length=10, verbose_name='channel')),
                    ('lifted_at', models.DateTimeField(editable=False, null=True)),
                    ('lifted_because', models.CharField(blank=True, editable=False, max_length=200, verbose_name='why it was lifted')),
                    ('lifted_by', models.ForeignKey(db_constraint=False, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                ],
                options={
                    'constraints': [models.UniqueConstraint(condition=models.Q(('lifted_at', None)), fields=('organisation', 'phone', 'channel'), name='do_not_call_once'), models.CheckConstraint(condition=models.Q(models.Q(('lifted_at', None), ('lifted_because', ''), ('lifted_by', None)), models.Q(('lifted_at__isnull', False), ('lifted_by__isnull', False)), _connector='OR'), name='do_not_call_lifted_at_and_by')],
                    'indexes': [models.Index(fields=['organisation', 'phone', '-at'], name='do_not_call_of_number')],
                },
            ),
            migrations.CreateModel(
                name='Acceptance',
                fields=[
                    ('id', models.UUIDField(default=jini.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('sha256', models.CharField(max_length=64)),
                    ('wording', models.TextField()),
                    ('at', models.DateTimeField(auto_now_add=True)),
                    ('ip_address', models.GenericIPAddressField(null=True)),
                    ('user_agent', models.CharField(blank=True, max_length=300)),
                    ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('policy', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='privacy.policy')),
                ],
                options={
                    'constraints': [models.UniqueConstraint(fields=('user', 'policy'), name='acceptance_once')],
                },
            ),
            migrations.CreateModel(
                name='LegalHold',
                fields=[
                    ('id', models.UUIDField(default=jini.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('scope', models.CharField(choices=[('organisation', 'Everything here'), ('lead', 'One lead'), ('member', 'One person of the team')], max_length=12, verbose_name='what stays')),
                    ('lead_id', models.UUIDField(blank=True, null=True)),
                    ('rule', models.CharField(blank=True, max_length=20)),
                    ('records_from', models.DateField(blank=True, null=True, verbose_name='from')),
                    ('records_until', models.DateField(blank=True, null=True, verbose_name='until')),
                    ('reason', models.CharField(max_length=500, verbose_name='reason')),
                    ('until', models.DateTimeField(blank=True, null=True)),
                    ('placed_at', models.DateTimeField(auto_now_add=True)),
                    ('lifted_at', models.DateTimeField(null=True)),
                    ('lifted_by', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                    ('member', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership', verbose_name='person')),
                    ('organisation', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation')),
                    ('placed_by', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                ],
                options={
                    'indexes': [models.Index(fields=['organisation', '-placed_at', '-id'], name='legal_hold_newest')],
                    'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('lead_id', None), ('member', None), ('scope', 'organisation')), models.Q(('lead_id__isnull', False), ('member', None), ('scope', 'lead')), models.Q(('lead_id', None), ('member__isnull', False), ('scope', 'member')), _connector='OR'), name='legal_hold_scope_fits'), models.CheckConstraint(condition=models.Q(models.Q(('lifted_at', None), ('lifted_by', None)), models.Q(('lifted_at__isnull', False), ('lifted_by__isnull', False)), _connector='OR'), name='legal_hold_lifted_at_and_by'), models.CheckConstraint(condition=models.Q(('records_from', None), ('records_until', None), ('records_until__gte', models.F('records_from')), _connector='OR'), name='legal_hold_time_in_order')],
                },
            ),
            migrations.CreateModel(
                name='RetentionRule',
                fields=[
                    ('id', models.UUIDField(default=jini.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('rule', models.CharField(max_length=20)),
                    ('days', models.PositiveIntegerField()),
                    ('changed_at', models.DateTimeField(auto_now=True)),
                    ('changed_by', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                    ('organisation', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation')),
                ],
                options={
                    'constraints': [models.UniqueConstraint(fields=('organisation', 'rule'), name='retention_rule_once'), models.CheckConstraint(condition=models.Q(('days__gte', 1)), name='retention_rule_of_a_day')],
                },
            ),
            migrations.CreateModel(
                name='RetentionRun',
                fields=[
                    ('id', models.UUIDField(default=jini.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('rule', models.CharField(max_length=20)),
                    ('day', models.DateField()),
                    ('state', models.CharField(choices=[('running', 'Running'), ('stopped', 'Waits for an admin'), ('done', 'Done')], default='running', max_length=10)),
                    ('cutoff', models.DateTimeField()),
                    ('total', models.PositiveBigIntegerField()),
                    ('due', models.PositiveBigIntegerField()),
                    ('held', models.PositiveBigIntegerField(default=0)),
                    ('removed', models.PositiveBigIntegerField(default=0)),
                    ('oldest', models.DateTimeField(null=True)),
                    ('cursor', models.JSONField(default=dict)),
                    ('started_at', models.DateTimeField(auto_now_add=True)),
                    ('finished_at', models.DateTimeField(null=True)),
                    ('confirmed_at', models.DateTimeField(null=True)),
                    ('confirmed_by', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                    ('organisation', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation')),
                ],
                options={
                    'indexes': [models.Index(fields=['organisation', '-started_at', '-id'], name='retention_run_newest')],
                    'constraints': [models.UniqueConstraint(fields=('organisation', 'rule', 'day'), name='retention_run_once_a_day'), models.CheckConstraint(condition=models.Q(models.Q(('confirmed_at', None), ('confirmed_by', None)), models.Q(('confirmed_at__isnull', False), ('confirmed_by__isnull', False)), _connector='OR'), name='retention_run_confirmed_at_and_by'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'done'), _negated=True), ('finished_at__isnull', False), _connector='OR'), name='retention_run_done_ended')],
                },
            ),
            migrations.CreateModel(
                name='Export',
                fields=[
                    ('id', models.UUIDField(default=jini.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('state', models.CharField(choices=[('draft', 'Being prepared'), ('queued', 'Queued'), ('running', 'Running'), ('done', 'Done'), ('cancelled', 'Cancelled'), ('failed', 'Failed')], default='draft', max_length=10)),
                    ('total', models.PositiveIntegerField(null=True)),
                    ('done', models.PositiveIntegerField(default=0)),
                    ('started_at', models.DateTimeField(null=True)),
                    ('finished_at', models.DateTimeField(null=True)),
                    ('kind', models.CharField(choices=[('mine', 'My data'), ('lead', 'Data of a lead'), ('organisation', 'Data of the organisation')], max_length=12)),
                    ('lead_id', models.UUIDField(null=True)),
                    ('language', models.CharField(max_length=2)),
                    ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                    ('cursor', models.JSONField(default=dict)),
                    ('until', models.DateTimeField(null=True)),
                    ('removed_at', models.DateTimeField(null=True)),
                    ('created_by', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                    ('organisation', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation')),
                ],
                options={
                    'indexes': [models.Index(fields=['organisation', 'created_by', '-created_at'], name='export_newest')],
                    'constraints': [models.UniqueConstraint(condition=models.Q(('state__in', ['queued', 'running'])), fields=('organisation', 'created_by'), name='export_one_at_a_time'), models.CheckConstraint(condition=models.Q(models.Q(('kind', 'lead'), ('lead_id__isnull', False)), models.Q(models.Q(('kind', 'lead'), _negated=True), ('lead_id', None)), _connector='OR'), name='export_names_its_lead')],
                },
            ),
            migrations.CreateModel(
                name='ExportPart',
                fields=[
                    ('id', models.UUIDField(default=jini.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('number', models.PositiveSmallIntegerField()),
                    ('file', models.FileField(max_length=200, storage=privacy.models.export.private_storage, upload_to='')),
                    ('bytes', models.PositiveBigIntegerField()),
                    ('sha256', models.CharField(max_length=64)),
                    ('export', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='parts', to='privacy.export')),
                    ('organisation', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation')),
                ],
                options={
                    'constraints': [models.UniqueConstraint(fields=('organisation', 'export', 'number'), name='export_part_once')],
                },
            ),
            migrations.CreateModel(
                name='Erasure',
                fields=[
                    ('id', models.UUIDField(default=jini.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('lead_id', models.UUIDField()),
                    ('state', models.CharField(choices=[('asked', 'Waits for an admin'), ('waiting', 'Waits for its day'), ('erasing', 'Being erased'), ('found', 'Something is left'), ('done', 'Erased'), ('refused', 'Refused'), ('withdrawn', 'Withdrawn')], default='asked', max_length=10)),
                    ('reason', models.CharField(blank=True, max_length=300, verbose_name='reason')),
                    ('asked_at', models.DateTimeField(auto_now_add=True)),
                    ('decided_at', models.DateTimeField(null=True)),
                    ('why', models.CharField(blank=True, max_length=300)),
                    ('due_at', models.DateTimeField(null=True)),
                    ('values', jini.lib.encryption.EncryptedJSONField(null=True)),
                    ('cursor', models.JSONField(default=dict)),
                    ('counts', models.JSONField(default=dict)),
                    ('found', models.JSONField(default=dict)),
                    ('certificate', models.JSONField(default=dict)),
                    ('finished_at', models.DateTimeField(null=True)),
                    ('asked_by', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                    ('decided_by', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                    ('organisation', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation')),
                ],
                options={
                    'indexes': [models.Index(fields=['organisation', '-asked_at', '-id'], name='erasure_newest')],
                    'constraints': [models.UniqueConstraint(condition=models.Q(('state__in', ('asked', 'waiting', 'erasing', 'found'))), fields=('organisation', 'lead_id'), name='erasure_open_once'), models.CheckConstraint(condition=models.Q(models.Q(('decided_at', None), ('decided_by', None)), models.Q(('decided_at__isnull', False), ('decided_by__isnull', False)), _connector='OR'), name='erasure_decided_at_and_by'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'waiting'), _negated=True), ('due_at__isnull', False), _connector='OR'), name='erasure_waits_for_a_day'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'done'), _negated=True), models.Q(('finished_at__isnull', False), ('values', None)), _connector='OR'), name='erasure_done_knows_nobody')],
                },
            ),
            migrations.CreateModel(
                name='Tombstone',
                fields=[
                    ('id', models.UUIDField(default=jini.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('kind', models.CharField(choices=[('phone', 'Phone'), ('email', 'E-mail')], max_length=5)),
                    ('digest', models.CharField(max_length=64)),
                    ('at', models.DateTimeField(auto_now_add=True)),
                    ('refused', models.PositiveIntegerField(default=0)),
                    ('refused_at', models.DateTimeField(null=True)),
                    ('organisation', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation')),
                ],
                options={
                    'constraints': [models.UniqueConstraint(fields=('organisation', 'digest'), name='tombstone_once')],
                },
            ),
            migrations.CreateModel(
                name='NotedErasure',
                fields=[
                    ('id', models.UUIDField(default=jini.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('key', models.CharField(max_length=60, unique=True)),
                    ('at', models.DateTimeField(auto_now_add=True)),
                ],
            ),
            migrations.CreateModel(
                name='DndResult',
                fields=[
                    ('id', models.UUIDField(default=jini.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('phone', models.CharField(max_length=16, verbose_name='phone')),
                    ('channel', models.CharField(choices=[('call', 'Calls'), ('sms', 'SMS'), ('whatsapp', 'WhatsApp'), ('email', 'E-mail')], max_length=10, verbose_name='channel')),
                    ('is_registered', models.BooleanField(verbose_name='registered')),
                    ('preference', models.CharField(blank=True, max_length=200, verbose_name='preference')),
                    ('source', models.CharField(choices=[('file', 'File of a check'), ('api', 'Another program')], max_length=10, verbose_name='source')),
                    ('checked_at', models.DateTimeField(verbose_name='checked')),
                    ('recorded_at', models.DateTimeField()),
                    ('by', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                    ('organisation', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation')),
                ],
                options={
                    'constraints': [models.CheckConstraint(condition=models.Q(('phone__regex', '^\\+[0-9]{6,15}$')), name='dnd_phone_is_e164'), models.CheckConstraint(condition=models.Q(('checked_at__lte', models.F('recorded_at'))), name='dnd_checked_before'), models.UniqueConstraint(fields=('organisation', 'phone', 'channel', 'checked_at'), name='dnd_result_once')],
                },
            ),
            migrations.CreateModel(
                name='AccountDeletion',
                fields=[
                    ('id', models.UUIDField(default=jini.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('state', models.CharField(choices=[('waiting', 'Waits for its day'), ('erasing', 'Being erased'), ('erased', 'Erased'), ('done', 'Deleted'), ('undone', 'Kept after all')], default='waiting', max_length=10)),
                    ('asked_at', models.DateTimeField(auto_now_add=True)),
                    ('due_at', models.DateTimeField()),
                    ('next_at', models.DateTimeField()),
                    ('told_at', models.DateTimeField(null=True)),
                    ('warned_at', models.DateTimeField(null=True)),
                    ('ended_at', models.DateTimeField(null=True)),
                    ('values', jini.lib.encryption.EncryptedJSONField(null=True)),
                    ('cursor', models.JSONField(default=dict)),
                    ('counts', models.JSONField(default=dict)),
                    ('found', models.JSONField(default=dict)),
                    ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'indexes': [models.Index(condition=models.Q(('state__in', ('waiting', 'erasing', 'erased'))), fields=['next_at'], name='account_deletion_due')],
                    'constraints': [models.UniqueConstraint(condition=models.Q(('state__in', ('waiting', 'erasing', 'erased'))), fields=('user',), name='account_deletion_open_once'), models.CheckConstraint(condition=models.Q(models.Q(('ended_at', None), ('state__in', ('waiting', 'erasing', 'erased'))), models.Q(models.Q(('state__in', ('waiting', 'erasing', 'erased')), _negated=True), ('ended_at__isnull', False), ('values', None)), _connector='OR'), name='account_deletion_ended_knows_nobody')],
                },
            ),
            migrations.CreateModel(
                name='SharedRun',
                fields=[
                    ('id', models.UUIDField(default=jini.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('rule', models.CharField(max_length=20)),
                    ('day', models.DateField()),
                    ('state', models.CharField(choices=[('running', 'Running'), ('stopped', 'Waits for the operator'), ('done', 'Done')], default='running', max_length=10)),
                    ('cutoff', models.DateTimeField()),
                    ('total', models.PositiveBigIntegerField()),
                    ('due', models.PositiveBigIntegerField()),
                    ('removed', models.PositiveBigIntegerField(default=0)),
                    ('oldest', models.DateTimeField(null=True)),
                    ('started_at', models.DateTimeField(auto_now_add=True)),
                    ('finished_at', models.DateTimeField(null=True)),
                ],
                options={
                    'constraints': [models.UniqueConstraint(fields=('rule', 'day'), name='shared_run_once_a_day'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'done'), _negated=True), ('finished_at__isnull', False), _connector='OR'), name='shared_run_done_ended')],
                },
            ),
            migrations.CreateModel(
                name='DndFile',
                fields=[
                    ('id', models.UUIDField(default=jini.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('file_name', models.CharField(max_length=200)),
                    ('header', models.JSONField(default=list)),
                    ('taken', models.PositiveIntegerField(default=0)),
                    ('known', models.PositiveIntegerField(default=0)),
                    ('refused', models.JSONField(default=list)),
                    ('created_at', models.DateTimeField(auto_now_add=True)),
                    ('created_by', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                    ('organisation', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation')),
                ],
                options={
                    'indexes': [models.Index(fields=['organisation', '-created_at', '-id'], name='dnd_file_newest')],
                },
            ),
            migrations.CreateModel(
                name='Choice',
                fields=[
                    ('id', models.UUIDField(default=jini.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('purpose', models.CharField(choices=[('marketing', 'News and offers'), ('usage', 'How I use JiNi'), ('push', 'Push messages')], max_length=10)),
                    ('state', models.CharField(choices=[('given', 'Allowed'), ('withdrawn', 'Not allowed')], max_length=10)),
                    ('wording', models.TextField()),
                    ('language', models.CharField(max_length=2)),
                    ('place', models.CharField(choices=[('sign_up', 'when joining'), ('page', 'under My choices'), ('bar', 'when asked on a page'), ('device', 'by the button on a device')], max_length=10)),
                    ('at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                    ('ip_address', models.GenericIPAddressField(null=True)),
                    ('user_agent', models.CharField(blank=True, max_length=300)),
                    ('user', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'indexes': [models.Index(fields=['user', 'purpose', '-at', '-id'], name='choice_newest')],
                    'constraints': [models.CheckConstraint(condition=models.Q(('purpose__in', ['marketing', 'usage', 'push']), ('state__in', ['given', 'withdrawn'])), name='choice_is_one')],
                },
            ),
            migrations.CreateModel(
                name='PageVisit',
                fields=[
                    ('id', models.UUIDField(default=jini.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('key', models.UUIDField()),
                    ('page', models.CharField(max_length=100)),
                    ('at', models.DateTimeField()),
                    ('seconds', models.PositiveSmallIntegerField()),
                    ('ip_address', models.GenericIPAddressField(null=True)),
                    ('browser', models.CharField(blank=True, max_length=30)),
                    ('system', models.CharField(blank=True, max_length=20)),
                    ('device_type', models.CharField(blank=True, choices=[('phone', 'Phone'), ('tablet', 'Tablet'), ('computer', 'Computer'), ('', 'Unknown')], max_length=10)),
                    ('device', models.UUIDField()),
                    ('member', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.membership')),
                    ('organisation', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation')),
                ],
                options={
                    'indexes': [models.Index(fields=['organisation', 'member', '-at', '-id'], name='page_visit_of_member'), models.Index(fields=['organisation', 'at'], name='page_visit_at')],
                    'constraints': [models.UniqueConstraint(fields=('organisation', 'member', 'key'), name='page_visit_once'), models.CheckConstraint(condition=models.Q(('seconds__lte', 1800)), name='page_visit_longest')],
                },
            ),
            migrations.CreateModel(
                name='Cancellation',
                fields=[
                    ('id', models.UUIDField(default=jini.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('state', models.CharField(choices=[('requested', 'Asked for'), ('grace', 'Time to think it over'), ('erasing', 'Being erased'), ('vault', 'Erased; what a law keeps is sealed'), ('closed', 'Nothing is left'), ('withdrawn', 'Taken back')], default='requested', max_length=10)),
                    ('reason', models.CharField(blank=True, max_length=300, verbose_name='reason')),
                    ('requested_at', models.DateTimeField(auto_now_add=True)),
                    ('asked_member', models.UUIDField(editable=False)),
                    ('begun_at', models.DateTimeField(null=True)),
                    ('confirmed_member', models.UUIDField(editable=False, null=True)),
                    ('state_before', models.CharField(blank=True, max_length=10)),
                    ('ends_at', models.DateTimeField(null=True)),
                    ('warned_at', models.DateTimeField(null=True)),
                    ('ended_at', models.DateTimeField(null=True)),
                    ('organisation', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation')),
                    ('certificate', models.JSONField(default=dict)),
                    ('contacts', jini.lib.encryption.EncryptedJSONField(null=True)),
                    ('counts', models.JSONField(default=dict)),
                    ('cursor', models.JSONField(default=dict)),
                    ('found', models.JSONField(default=dict)),
                    ('values', jini.lib.encryption.EncryptedJSONField(null=True)),
                    ('vault_key', jini.lib.encryption.EncryptedTextField(blank=True)),
                ],
                options={
                    'constraints': [models.UniqueConstraint(condition=models.Q(('state', 'withdrawn'), _negated=True), fields=('organisation',), name='cancellation_open_once'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'grace'), _negated=True), models.Q(('begun_at__isnull', False), ('ends_at__isnull', False)), _connector='OR'), name='cancellation_waits_for_a_day'), models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['erasing', 'vault', 'closed']), _negated=True), ('warned_at__isnull', False), _connector='OR'), name='cancellation_erases_after_a_warning'), models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['vault', 'closed']), _negated=True), models.Q(('ended_at__isnull', False), ('values', None)), _connector='OR'), name='cancellation_erased_knows_nobody')],
                },
            ),
            migrations.CreateModel(
                name='VaultRecord',
                fields=[
                    ('id', models.UUIDField(default=jini.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('model', models.CharField(max_length=60)),
                    ('rule', models.CharField(max_length=20)),
                    ('rows', models.PositiveIntegerField()),
                    ('destroy_after', models.DateTimeField()),
                    ('sealed', models.TextField()),
                    ('organisation', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation')),
                ],
                options={
                    'indexes': [models.Index(fields=['organisation', 'destroy_after'], name='vault_by_day')],
                },
            ),
            migrations.CreateModel(
                name='UsageCount',
                fields=[
                    ('id', models.UUIDField(default=jini.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('day', models.DateField()),
                    ('page', models.CharField(blank=True, max_length=100)),
                    ('device_type', models.CharField(blank=True, choices=[('phone', 'Phone'), ('tablet', 'Tablet'), ('computer', 'Computer'), ('mixed', 'Not told apart'), ('', 'Unknown')], max_length=10)),
                    ('visits', models.PositiveIntegerField()),
                    ('people', models.PositiveIntegerField()),
                    ('seconds', models.PositiveBigIntegerField()),
                    ('organisation', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation')),
                ],
                options={
                    'constraints': [models.UniqueConstraint(fields=('organisation', 'day', 'page', 'device_type'), name='usage_count_once'), models.CheckConstraint(condition=models.Q(('people__gte', 5), models.Q(('device_type', 'mixed'), ('page', ''), ('people', 0), ('seconds', 0), ('visits', 0)), _connector='OR'), name='usage_count_of_five_people')],
                },
            ),
        ),
        *tenant_tables(
            "privacy_contactpolicy",
            "privacy_donotcall",
            "privacy_legalhold",
            "privacy_retentionrule",
            "privacy_retentionrun",
            "privacy_export",
            "privacy_exportpart",
            "privacy_erasure",
            "privacy_tombstone",
            "privacy_dndresult",
            "privacy_dndfile",
            "privacy_pagevisit",
            "privacy_cancellation",
            "privacy_vaultrecord",
            "privacy_usagecount",
        ),
        *composite_keys(
            ("privacy_donotcall", "by_id", "accounts_membership"),
            ("privacy_legalhold", "member_id", "accounts_membership"),
            ("privacy_legalhold", "placed_by_id", "accounts_membership"),
            ("privacy_legalhold", "lifted_by_id", "accounts_membership"),
            ("privacy_retentionrule", "changed_by_id", "accounts_membership"),
            ("privacy_retentionrun", "confirmed_by_id", "accounts_membership"),
            ("privacy_export", "created_by_id", "accounts_membership"),
            ("privacy_exportpart", "export_id", "privacy_export"),
            ("privacy_erasure", "asked_by_id", "accounts_membership"),
            ("privacy_erasure", "decided_by_id", "accounts_membership"),
            ("privacy_dndresult", "by_id", "accounts_membership"),
            ("privacy_donotcall", "lifted_by_id", "accounts_membership"),
            ("privacy_dndfile", "created_by_id", "accounts_membership"),
            ("privacy_pagevisit", "member_id", "accounts_membership"),
        ),
        migrations.RunSQL(choices.BLANK, "DROP FUNCTION privacy_blank_acceptances(uuid)"),
        migrations.RunSQL(acceptances.PURGE, "DROP FUNCTION privacy_purge_acceptances(uuid[])"),
        migrations.RunSQL(choices.PURGE, "DROP FUNCTION privacy_purge_choices(uuid[])"),
    ]
