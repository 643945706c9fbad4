"""Periods of keeping, what was deleted under them, and legal holds."""

import django.db.models.deletion
import jini.lib.ids
from django.db import migrations, models

from accounts.migrations_tenancy import composite_keys, tenant_tables


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0005_api_keys'),
        ('privacy', '0002_caps'),
    ]

    operations = [
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
        *tenant_tables("privacy_legalhold", "privacy_retentionrule", "privacy_retentionrun"),
        *composite_keys(
            ("privacy_legalhold", "member_id", "accounts_membership"),
            ("privacy_legalhold", "placed_by_id", "accounts_membership"),
            ("privacy_legalhold", "lifted_by_id", "accounts_membership"),
            ("privacy_retentionrule", "changed_by_id", "accounts_membership"),
            ("privacy_retentionrun", "confirmed_by_id", "accounts_membership"),
        ),
        # An organisation that is founded from now on owes the nightly deletion by itself; notices go with it.
        migrations.RunSQL(
            """
            DELETE FROM accounts_duetask WHERE task = 'accounts.purge_notifications';
            INSERT INTO accounts_duetask (id, task, queue, organisation_id, subject_id, due_at, attempts, version, last_error)
            SELECT gen_random_uuid(), 'privacy.purge', 'bulk', o.id, o.id, now() + interval '1 hour', 0, 1, ''
            FROM accounts_organisation o
            """,
            "DELETE FROM accounts_duetask WHERE task = 'privacy.purge'",
        ),
    ]
