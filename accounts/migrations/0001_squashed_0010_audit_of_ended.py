"""Organisations, their people, and what is the people's own.

One migration in the place of 0001 to 0010, which stay for databases that stand between them. What those did to rows
that were there already is left out.
"""

from importlib import import_module

import django.db.models.deletion
import django.db.models.functions.text
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import jini.lib.encryption
import jini.lib.ids
from accounts.migrations_tenancy import composite_keys, tenant_tables
from jini.lib.migrations import CreateModels

PURGE_AUDIT = import_module("accounts.migrations.0010_audit_of_ended").AFTER


class Migration(migrations.Migration):
    initial = True

    replaces = [
        ("accounts", "0001_initial"),
        ("accounts", "0002_bell"),
        ("accounts", "0003_reminders"),
        ("accounts", "0004_push"),
        ("accounts", "0005_api_keys"),
        ("accounts", "0006_calls_a_day"),
        ("accounts", "0007_leaving"),
        ("accounts", "0008_audit_purge"),
        ("accounts", "0009_ending"),
        ("accounts", "0010_audit_of_ended"),
    ]

    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [
        CreateModels(
            migrations.CreateModel(
                name='Organisation',
                fields=[
                    ('id', models.UUIDField(default=jini.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('name', models.CharField(max_length=120, verbose_name='name')),
                    ('state', models.CharField(choices=[('active', 'Active'), ('suspended', 'Suspended'), ('cancelled', 'Cancelled'), ('closed', 'Closed')], default='active', max_length=10)),
                    ('time_zone', models.CharField(default='Asia/Kolkata', max_length=40, verbose_name='time zone')),
                    ('phone', models.CharField(blank=True, max_length=20, verbose_name='phone')),
                    ('address', models.CharField(blank=True, max_length=200, verbose_name='address')),
                    ('city', models.CharField(blank=True, max_length=80, verbose_name='city')),
                    ('region', models.CharField(blank=True, max_length=80, verbose_name='state')),
                    ('pin', models.CharField(blank=True, max_length=6, verbose_name='PIN code')),
                    ('gstin', models.CharField(blank=True, max_length=15, verbose_name='GSTIN')),
                    ('pan', jini.lib.encryption.EncryptedTextField(blank=True, verbose_name='PAN')),
                    ('is_demo', models.BooleanField(default=False, editable=False)),
                    ('created_at', models.DateTimeField(auto_now_add=True)),
                    ('calls_a_day', models.PositiveIntegerField(blank=True, default=100, null=True, verbose_name='calls a day at most')),
                    ('ends_at', models.DateTimeField(editable=False, null=True)),
                ],
                options={
                    'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('state', 'cancelled'), _negated=True), ('ends_at__isnull', False), _connector='OR'), name='organisation_ends_on_a_day')],
                },
            ),
            migrations.CreateModel(
                name='User',
                fields=[
                    ('password', models.CharField(max_length=128, verbose_name='password')),
                    ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                    ('is_superuser', models.BooleanField(default=False, help_text='Designates that this user has all permissions without explicitly assigning them.', verbose_name='superuser status')),
                    ('first_name', models.CharField(blank=True, max_length=150, verbose_name='first name')),
                    ('last_name', models.CharField(blank=True, max_length=150, verbose_name='last name')),
                    ('is_staff', models.BooleanField(default=False, help_text='Designates whether the user can log into this admin site.', verbose_name='staff status')),
                    ('is_active', models.BooleanField(default=True, help_text='Designates whether this user should be treated as active. Unselect this instead of deleting accounts.', verbose_name='active')),
                    ('date_joined', models.DateTimeField(default=django.utils.timezone.now, verbose_name='date joined')),
                    ('id', models.UUIDField(default=jini.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('email', models.EmailField(max_length=254, unique=True, verbose_name='e-mail')),
                    ('phone', models.CharField(blank=True, max_length=20, verbose_name='phone')),
                    ('language', models.CharField(choices=[('en', 'English'), ('hi', 'हिन्दी')], default='en', max_length=2, verbose_name='language')),
                    ('theme', models.CharField(choices=[('auto', 'As the device'), ('light', 'Light'), ('dark', 'Dark')], default='auto', max_length=5, verbose_name='theme')),
                    ('uses_shortcuts', models.BooleanField(default=True, verbose_name='keyboard shortcuts')),
                    ('groups', models.ManyToManyField(blank=True, help_text='The groups this user belongs to. A user will get all permissions granted to each of their groups.', related_name='user_set', related_query_name='user', to='auth.group', verbose_name='groups')),
                    ('user_permissions', models.ManyToManyField(blank=True, help_text='Specific permissions for this user.', related_name='user_set', related_query_name='user', to='auth.permission', verbose_name='user permissions')),
                    ('erased_at', models.DateTimeField(editable=False, null=True)),
                ],
                options={
                    'constraints': [models.UniqueConstraint(django.db.models.functions.text.Lower('email'), name='user_email_once_in_any_case'), models.CheckConstraint(condition=models.Q(('erased_at', None), models.Q(('first_name', ''), ('is_active', False), ('last_login', None), ('last_name', ''), ('phone', ''), ('email__endswith', '@former.invalid'), ('password__startswith', '!')), _connector='OR'), name='user_erased_is_nobody')],
                },
            ),
            migrations.CreateModel(
                name='Membership',
                fields=[
                    ('id', models.UUIDField(default=jini.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('role', models.CharField(choices=[('telecaller', 'Telecaller'), ('manager', 'Manager'), ('admin', 'Admin'), ('owner', 'Owner')], default='telecaller', max_length=10, verbose_name='role')),
                    ('phone', models.CharField(blank=True, help_text='Where bridge calls ring first, such as +91 90000 00012.', max_length=20, verbose_name='phone to ring')),
                    ('created_at', models.DateTimeField(auto_now_add=True)),
                    ('deactivated_at', models.DateTimeField(blank=True, editable=False, null=True)),
                    ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='memberships', to=settings.AUTH_USER_MODEL)),
                    ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='memberships', to='accounts.organisation')),
                    ('former_number', models.PositiveIntegerField(editable=False, null=True)),
                ],
                options={
                    'constraints': [models.UniqueConstraint(fields=('organisation', 'user'), name='membership_once'), models.UniqueConstraint(fields=('organisation', 'id'), name='membership_within_organisation'), models.CheckConstraint(condition=models.Q(('role__in', ['telecaller', 'manager', 'admin', 'owner'])), name='membership_role_known'), models.UniqueConstraint(fields=('organisation', 'former_number'), name='membership_former_number_once'), models.CheckConstraint(condition=models.Q(('former_number', None), models.Q(('deactivated_at__isnull', False), ('phone', '')), _connector='OR'), name='membership_former_is_shut_out')],
                },
            ),
            migrations.CreateModel(
                name='Invitation',
                fields=[
                    ('id', models.UUIDField(default=jini.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('email', models.EmailField(max_length=254, verbose_name='e-mail')),
                    ('role', models.CharField(choices=[('telecaller', 'Telecaller'), ('manager', 'Manager'), ('admin', 'Admin'), ('owner', 'Owner')], default='telecaller', max_length=10, verbose_name='role')),
                    ('token_digest', models.CharField(editable=False, max_length=64, unique=True)),
                    ('created_at', models.DateTimeField(auto_now_add=True)),
                    ('expires_at', models.DateTimeField()),
                    ('accepted_at', models.DateTimeField(blank=True, null=True)),
                    ('withdrawn_at', models.DateTimeField(blank=True, null=True)),
                    ('invited_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                    ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='invitations', to='accounts.organisation')),
                ],
                options={
                    'constraints': [models.UniqueConstraint(models.F('organisation'), django.db.models.functions.text.Lower('email'), condition=models.Q(('accepted_at', None), ('withdrawn_at', None)), name='invitation_open_once')],
                },
            ),
            migrations.CreateModel(
                name='DueTask',
                fields=[
                    ('id', models.UUIDField(default=jini.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('task', models.CharField(max_length=60)),
                    ('queue', models.CharField(choices=[('telephony', 'Telephony'), ('default', 'Default'), ('bulk', 'Bulk')], max_length=10)),
                    ('subject_id', models.UUIDField()),
                    ('due_at', models.DateTimeField()),
                    ('lease_until', models.DateTimeField(null=True)),
                    ('attempts', models.PositiveIntegerField(default=0)),
                    ('version', models.PositiveBigIntegerField(default=1)),
                    ('last_error', models.CharField(blank=True, max_length=200)),
                    ('organisation', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.organisation')),
                ],
                options={
                    'indexes': [models.Index(fields=['queue', 'due_at'], name='due_task_order')],
                    'constraints': [models.UniqueConstraint(fields=('task', 'subject_id'), name='due_task_once')],
                },
            ),
            migrations.CreateModel(
                name='AuditEntry',
                fields=[
                    ('id', models.UUIDField(default=jini.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('at', models.DateTimeField(auto_now_add=True)),
                    ('verb', models.CharField(max_length=60)),
                    ('subject_type', models.CharField(blank=True, max_length=60)),
                    ('subject_id', models.UUIDField(null=True)),
                    ('details', models.JSONField(default=dict)),
                    ('actor', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                    ('organisation', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation')),
                ],
                options={
                    'indexes': [models.Index(fields=['organisation', '-at'], name='audit_newest')],
                },
            ),
            migrations.CreateModel(
                name='SignInLink',
                fields=[
                    ('id', models.UUIDField(default=jini.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('token_digest', models.CharField(max_length=64, unique=True)),
                    ('expires_at', models.DateTimeField()),
                    ('used_at', models.DateTimeField(blank=True, null=True)),
                    ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
            ),
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
                    ('mailed_at', models.DateTimeField(null=True)),
                    ('pushed_at', models.DateTimeField(null=True)),
                ],
                options={
                    'indexes': [models.Index(fields=['organisation', 'member', '-created_at', '-id'], name='notification_newest'), models.Index(condition=models.Q(('seen_at', None)), fields=['organisation', 'member'], name='notification_unseen'), models.Index(fields=['organisation', 'created_at'], name='notification_by_age')],
                    'constraints': [models.UniqueConstraint(condition=models.Q(('once', ''), _negated=True), fields=('organisation', 'member', 'once'), name='notification_once')],
                },
            ),
            migrations.CreateModel(
                name='ReminderChoice',
                fields=[
                    ('id', models.UUIDField(default=jini.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('by_bell', models.BooleanField(default=True, verbose_name='Under the bell')),
                    ('by_mail', models.BooleanField(default=False, verbose_name='By e-mail')),
                    ('minutes_before', models.PositiveSmallIntegerField(choices=[(0, 'When it is due'), (5, '5 minutes before'), (10, '10 minutes before'), (15, '15 minutes before'), (30, '30 minutes before')], default=10, verbose_name='Remind me of a follow-up')),
                    ('member', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.membership')),
                    ('organisation', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation')),
                    ('by_push', models.BooleanField(default=False, verbose_name='By push message')),
                ],
                options={
                    'constraints': [models.UniqueConstraint(fields=('organisation', 'member'), name='reminder_choice_once'), models.CheckConstraint(condition=models.Q(('minutes_before__in', [0, 5, 10, 15, 30])), name='reminder_choice_minutes')],
                },
            ),
            migrations.CreateModel(
                name='PushSubscription',
                fields=[
                    ('id', models.UUIDField(default=jini.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('endpoint', jini.lib.encryption.EncryptedTextField()),
                    ('endpoint_digest', models.CharField(editable=False, max_length=64)),
                    ('keys', jini.lib.encryption.EncryptedJSONField()),
                    ('created_at', models.DateTimeField(auto_now_add=True)),
                    ('member', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.membership')),
                    ('organisation', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation')),
                ],
                options={
                    'indexes': [models.Index(fields=['organisation', 'member', 'created_at'], name='push_subscription_of_member')],
                    'constraints': [models.UniqueConstraint(fields=('organisation', 'endpoint_digest'), name='push_subscription_once')],
                },
            ),
            migrations.CreateModel(
                name='ApiKey',
                fields=[
                    ('id', models.UUIDField(default=jini.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('token_digest', models.CharField(editable=False, max_length=64)),
                    ('token_end', models.CharField(editable=False, max_length=4)),
                    ('created_at', models.DateTimeField(editable=False)),
                    ('last_used_at', models.DateTimeField(editable=False, null=True)),
                    ('used_in_minute', models.PositiveIntegerField(default=0, editable=False)),
                    ('revoked_at', models.DateTimeField(editable=False, null=True)),
                    ('name', models.CharField(max_length=80, verbose_name='name')),
                    ('created_by', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                    ('member', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                    ('organisation', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation')),
                    ('revoked_by', models.ForeignKey(db_constraint=False, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                ],
                options={
                    'abstract': False,
                    'indexes': [models.Index(fields=['organisation', '-created_at', '-id'], name='api_key_newest')],
                    'constraints': [models.UniqueConstraint(fields=('organisation', 'token_digest'), name='apikey_token_once'), models.CheckConstraint(condition=models.Q(models.Q(('revoked_at', None), ('revoked_by', None)), models.Q(('revoked_at__isnull', False), ('revoked_by__isnull', False)), _connector='OR'), name='apikey_revoked_at_and_by')],
                },
            ),
        ),
        *tenant_tables(
            "accounts_auditentry",
            "accounts_notification",
            "accounts_reminderchoice",
            "accounts_pushsubscription",
            "accounts_apikey",
        ),
        *composite_keys(
            ("accounts_auditentry", "actor_id", "accounts_membership"),
            ("accounts_notification", "member_id", "accounts_membership"),
            ("accounts_reminderchoice", "member_id", "accounts_membership"),
            ("accounts_pushsubscription", "member_id", "accounts_membership"),
            ("accounts_apikey", "member_id", "accounts_membership"),
            ("accounts_apikey", "created_by_id", "accounts_membership"),
            ("accounts_apikey", "revoked_by_id", "accounts_membership"),
        ),
        migrations.RunSQL(PURGE_AUDIT, "DROP FUNCTION accounts_purge_audit(uuid[])"),
    ]
