"""The first tables, each behind the tenant boundary."""

import django.db.models.deletion
import django.db.models.functions.text
import jini.lib.ids
from django.db import migrations, models


from accounts.migrations_tenancy import composite_keys, tenant_tables


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='PauseCode',
            fields=[
                ('id', models.UUIDField(default=jini.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=60, verbose_name='name')),
                ('name_hi', models.CharField(blank=True, max_length=60, verbose_name='name in Hindi')),
                ('position', models.PositiveSmallIntegerField(default=0)),
                ('is_active', models.BooleanField(default=True)),
                ('organisation', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation')),
            ],
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
            ],
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
        ),
        migrations.CreateModel(
            name='Team',
            fields=[
                ('id', models.UUIDField(default=jini.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=60, verbose_name='name')),
                ('organisation', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation')),
            ],
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
        ),
        migrations.AddConstraint(
            model_name='pausecode',
            constraint=models.UniqueConstraint(models.F('organisation'), django.db.models.functions.text.Lower('name'), name='pause_code_name_once'),
        ),
        migrations.AddIndex(
            model_name='presence',
            index=models.Index(fields=['organisation', 'member', '-started_at'], name='presence_newest'),
        ),
        migrations.AddConstraint(
            model_name='presence',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_at', None)), fields=('organisation', 'member'), name='presence_one_open'),
        ),
        migrations.AddConstraint(
            model_name='presence',
            constraint=models.CheckConstraint(condition=models.Q(('ended_at', None), ('ended_at__gte', models.F('started_at')), _connector='OR'), name='presence_ends_after_start'),
        ),
        migrations.AddConstraint(
            model_name='target',
            constraint=models.UniqueConstraint(fields=('organisation', 'metric', 'member'), name='target_once', nulls_distinct=False),
        ),
        migrations.AddConstraint(
            model_name='team',
            constraint=models.UniqueConstraint(models.F('organisation'), django.db.models.functions.text.Lower('name'), name='team_name_once'),
        ),
        migrations.AddIndex(
            model_name='teammembership',
            index=models.Index(fields=['organisation', 'team'], name='team_members'),
        ),
        migrations.AddConstraint(
            model_name='teammembership',
            constraint=models.UniqueConstraint(fields=('organisation', 'member'), name='team_member_in_one_team'),
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
        ),
    ]
