"""How calls to each number are taken, and where they go."""

import django.db.models.deletion
import jini.lib.ids
from django.db import migrations, models

from accounts.migrations_tenancy import composite_keys, tenant_tables


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0005_api_keys'),
        ('dialer', '0029_participants'),
        ('teams', '0003_long_breaks'),
    ]

    operations = [
        migrations.AlterField(
            model_name='incomingcall',
            name='missed',
            field=models.CharField(blank=True, choices=[('gave_up', 'Hung up first'), ('nobody', 'Nobody was free'), ('closed', 'Outside the calling hours'), ('off', 'The number takes no calls')], max_length=10),
        ),
        migrations.CreateModel(
            name='IncomingNumber',
            fields=[
                ('id', models.UUIDField(default=jini.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('provider', models.CharField(editable=False, max_length=20, verbose_name='provider')),
                ('phone', models.CharField(max_length=16, verbose_name='number')),
                ('takes_calls', models.BooleanField(default=True, help_text='Off: whoever calls it hears that the line is busy.', verbose_name='Takes calls')),
                ('pointing', models.JSONField(default=dict, editable=False)),
                ('organisation', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation')),
                ('team', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='teams.team')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('organisation', 'provider', 'phone'), name='incoming_number_once')],
            },
        ),
        *tenant_tables("dialer_incomingnumber"),
        *composite_keys(("dialer_incomingnumber", "team_id", "teams_team")),
    ]
