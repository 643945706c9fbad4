"""Posts of providers by the day, and replays; what was called late until now had come out of order."""

import django.db.models.deletion
import jini.lib.ids
from django.db import migrations, models

from accounts.migrations_tenancy import composite_keys, tenant_tables

NAME_DISORDER = """
ALTER TABLE dialer_callevent NO FORCE ROW LEVEL SECURITY;
UPDATE dialer_callevent SET verdict = 'out_of_order' WHERE verdict = 'late';
ALTER TABLE dialer_callevent FORCE ROW LEVEL SECURITY;
"""

class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0004_push'),
        ('dialer', '0011_outcomes'),
    ]

    operations = [
        migrations.CreateModel(
            name='InboxDay',
            fields=[
                ('id', models.UUIDField(default=jini.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('provider', models.CharField(max_length=20)),
                ('day', models.DateField()),
                ('posts', models.PositiveIntegerField(default=0)),
                ('duplicates', models.PositiveIntegerField(default=0)),
                ('late', models.PositiveIntegerField(default=0)),
                ('out_of_order', models.PositiveIntegerField(default=0)),
                ('unknown_status', models.PositiveIntegerField(default=0)),
                ('unknown_call', models.PositiveIntegerField(default=0)),
                ('counted_at', models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='Replay',
            fields=[
                ('id', models.UUIDField(default=jini.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('state', models.CharField(choices=[('draft', 'Being prepared'), ('queued', 'Queued'), ('running', 'Running'), ('done', 'Done'), ('cancelled', 'Cancelled'), ('failed', 'Failed')], default='draft', max_length=10)),
                ('total', models.PositiveIntegerField(null=True)),
                ('done', models.PositiveIntegerField(default=0)),
                ('started_at', models.DateTimeField(null=True)),
                ('finished_at', models.DateTimeField(null=True)),
                ('day', models.DateField(null=True)),
                ('counts', models.JSONField(default=dict)),
                ('cursor', models.JSONField(default=dict)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
            ],
        ),
        migrations.CreateModel(
            name='ReplayDifference',
            fields=[
                ('id', models.UUIDField(default=jini.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('before', models.JSONField()),
                ('after', models.JSONField()),
            ],
        ),
        migrations.AlterField(
            model_name='callevent',
            name='verdict',
            field=models.CharField(choices=[('waiting', 'Waiting'), ('merged', 'Merged'), ('late', 'Late'), ('out_of_order', 'Out of order'), ('unknown_call', 'Unknown call'), ('unknown_status', 'Unknown status')], default='waiting', max_length=15),
        ),
        migrations.AddIndex(
            model_name='callevent',
            index=models.Index(fields=['organisation', '-received_at', '-id'], name='call_event_newest'),
        ),
        migrations.AddField(
            model_name='inboxday',
            name='organisation',
            field=models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation'),
        ),
        migrations.AddField(
            model_name='replay',
            name='call',
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='dialer.call'),
        ),
        migrations.AddField(
            model_name='replay',
            name='created_by',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership'),
        ),
        migrations.AddField(
            model_name='replay',
            name='organisation',
            field=models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation'),
        ),
        migrations.AddField(
            model_name='replaydifference',
            name='call',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='dialer.call'),
        ),
        migrations.AddField(
            model_name='replaydifference',
            name='organisation',
            field=models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation'),
        ),
        migrations.AddField(
            model_name='replaydifference',
            name='replay',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='differences', to='dialer.replay'),
        ),
        migrations.AddConstraint(
            model_name='inboxday',
            constraint=models.UniqueConstraint(fields=('organisation', 'day', 'provider'), name='inbox_day_once'),
        ),
        migrations.AddIndex(
            model_name='replay',
            index=models.Index(fields=['organisation', '-created_at', '-id'], name='replay_newest'),
        ),
        migrations.AddConstraint(
            model_name='replay',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('call', None), ('day__isnull', False)), models.Q(('call__isnull', False), ('day', None)), _connector='OR'), name='replay_of_call_or_day'),
        ),
        migrations.AddConstraint(
            model_name='replay',
            constraint=models.UniqueConstraint(condition=models.Q(('state__in', ['queued', 'running'])), fields=('organisation',), name='replay_one_at_a_time'),
        ),
        migrations.AddConstraint(
            model_name='replaydifference',
            constraint=models.UniqueConstraint(fields=('organisation', 'replay', 'call'), name='replay_difference_once'),
        ),
        *tenant_tables("dialer_inboxday", "dialer_replay", "dialer_replaydifference"),
        *composite_keys(
            ("dialer_replay", "call_id", "dialer_call"),
            ("dialer_replay", "created_by_id", "accounts_membership"),
            ("dialer_replaydifference", "replay_id", "dialer_replay"),
            ("dialer_replaydifference", "call_id", "dialer_call"),
        ),
        migrations.RunSQL(NAME_DISORDER, migrations.RunSQL.noop),
    ]
