"""Teams, who is in them, and what people are doing.

One migration in the place of 0001 to 0003, which stay for databases that stand between them. What those did to rows
that were there already is left out.
"""

import django.db.models.deletion
import django.db.models.functions.text
from django.db import migrations, models

import jini.lib.ids
from accounts.migrations_tenancy import composite_keys, tenant_tables
from jini.lib.migrations import CreateModels


class Migration(migrations.Migration):
    initial = True

    replaces = [
        ("teams", "0001_initial"),
        ("teams", "0002_team_parent"),
        ("teams", "0003_long_breaks"),
    ]

    dependencies = [
        ("accounts", "0004_push"),
    ]

    operations = [
        CreateModels(
            migrations.CreateModel(
                name='PauseCode',
                fields=[
                    ('id', models.UUIDField(default=jini.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('name', models.CharField(max_length=60, verbose_name='name')),
                    ('name_hi', models.CharField(blank=True, max_length=60, verbose_name='name in Hindi')),
                    ('position', models.PositiveSmallIntegerField(default=0)),
                    ('is_active', models.BooleanField(default=True)),
                    ('organisation', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation')),
                    ('longest_minutes', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='minutes at most')),
                ],
                options={
                    'constraints': [models.UniqueConstraint(models.F('organisation'), django.db.models.functions.text.Lower('name'), name='pause_code_name_once'), models.CheckConstraint(condition=models.Q(('longest_minutes', None), ('longest_minutes__range', (1, 1440)), _connector='OR'), name='pause_code_1_minute_to_a_day')],
                },
            ),
            migrations.CreateModel(
                name='Presence',
                fields=[
                    ('id', models.UUIDField(default=jini.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('state', models.CharField(choices=[('available', 'Available'), ('on_call', 'On a call'), ('wrap_up', 'Wrap-up'), ('pause', 'On break'), ('offline', 'Offline')], max_length=10)),
                    ('started_at', models.DateTimeField()),
                    ('ended_at', models.DateTimeField(null=True)),
                    ('member', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.membership')),
                    ('organisation', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation')),
                    ('pause_code', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='teams.pausecode')),
                    ('because', models.CharField(blank=True, choices=[('long_break', 'The break lasted longer than it may.'), ('no_outcome', 'A call was left without an outcome.')], max_length=10)),
                ],
                options={
                    'indexes': [models.Index(fields=['organisation', 'member', '-started_at'], name='presence_newest')],
                    'constraints': [models.UniqueConstraint(condition=models.Q(('ended_at', None)), fields=('organisation', 'member'), name='presence_one_open'), models.CheckConstraint(condition=models.Q(('ended_at', None), ('ended_at__gte', models.F('started_at')), _connector='OR'), name='presence_ends_after_start')],
                },
            ),
            migrations.CreateModel(
                name='Target',
                fields=[
                    ('id', models.UUIDField(default=jini.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('metric', models.CharField(choices=[('total_calls', 'Calls'), ('connected_calls', 'Connected'), ('talk_time', 'Talk time, in minutes'), ('conversions', 'Conversions')], max_length=20)),
                    ('value', models.PositiveIntegerField()),
                    ('member', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.membership')),
                    ('organisation', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation')),
                ],
                options={
                    'constraints': [models.UniqueConstraint(fields=('organisation', 'metric', 'member'), name='target_once', nulls_distinct=False)],
                },
            ),
            migrations.CreateModel(
                name='Team',
                fields=[
                    ('id', models.UUIDField(default=jini.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('name', models.CharField(max_length=60, verbose_name='name')),
                    ('organisation', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation')),
                    ('parent', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='teams.team', verbose_name='under the team')),
                ],
                options={
                    'constraints': [models.UniqueConstraint(models.F('organisation'), django.db.models.functions.text.Lower('name'), name='team_name_once'), models.CheckConstraint(condition=models.Q(('parent', models.F('pk')), _negated=True), name='team_not_under_itself')],
                },
            ),
            migrations.CreateModel(
                name='TeamMembership',
                fields=[
                    ('id', models.UUIDField(default=jini.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('is_lead', models.BooleanField(default=False, verbose_name='leads the team')),
                    ('member', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.membership')),
                    ('organisation', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation')),
                    ('team', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='team_memberships', to='teams.team')),
                ],
                options={
                    'indexes': [models.Index(fields=['organisation', 'team'], name='team_members')],
                    'constraints': [models.UniqueConstraint(fields=('organisation', 'member'), name='team_member_in_one_team')],
                },
            ),
        ),
        *tenant_tables(
            "teams_pausecode",
            "teams_presence",
            "teams_target",
            "teams_team",
            "teams_teammembership",
        ),
        *composite_keys(
            ("teams_presence", "member_id", "accounts_membership"),
            ("teams_presence", "pause_code_id", "teams_pausecode"),
            ("teams_target", "member_id", "accounts_membership"),
            ("teams_teammembership", "team_id", "teams_team"),
            ("teams_teammembership", "member_id", "accounts_membership"),
            ("teams_team", "parent_id", "teams_team"),
        ),
    ]
