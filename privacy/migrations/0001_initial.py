"""The first tables, each behind the tenant boundary."""

import datetime
import django.db.models.deletion
import jini.lib.ids
import privacy.models.contact_policy
from django.conf import settings
from django.db import migrations, models


from accounts.migrations_tenancy import composite_keys, tenant_tables


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='MarketingChoice',
            fields=[
                ('id', models.UUIDField(default=jini.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('is_wanted', models.BooleanField()),
                ('wording', models.TextField()),
                ('at', models.DateTimeField(auto_now_add=True)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='Policy',
            fields=[
                ('id', models.UUIDField(default=jini.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('privacy', 'Privacy policy'), ('terms', 'Terms of service')], max_length=10)),
                ('version', models.PositiveSmallIntegerField()),
                ('language', models.CharField(default='en', max_length=2)),
                ('body', models.TextField()),
                ('sha256', models.CharField(editable=False, max_length=64)),
                ('effective_from', models.DateTimeField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('kind', 'version', 'language'), name='policy_version_once')],
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
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('organisation',), name='contact_policy_once'), models.CheckConstraint(condition=models.Q(('opens_at__lt', models.F('closes_at'))), name='contact_policy_window')],
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
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('organisation', 'phone'), name='do_not_call_once')],
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
        *tenant_tables(
            "privacy_contactpolicy",
            "privacy_donotcall",
        ),
        *composite_keys(
            ("privacy_donotcall", "by_id", "accounts_membership"),
        ),
    ]
