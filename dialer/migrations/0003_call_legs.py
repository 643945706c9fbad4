"""What each leg of a call said by itself, and the simulator's own record."""

import django.db.models.deletion
import jini.lib.ids
from django.db import migrations, models


from accounts.migrations_tenancy import tenant_tables


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0001_initial'),
        ('dialer', '0002_queue_claim'),
    ]

    operations = [
        migrations.AddField(
            model_name='call',
            name='counted_seconds',
            field=models.PositiveIntegerField(null=True),
        ),
        migrations.AddField(
            model_name='call',
            name='customer_status',
            field=models.CharField(choices=[('intent', 'Starting'), ('queued', 'Starting'), ('initiated', 'Dialling'), ('ringing', 'Ringing'), ('in-progress', 'Connected'), ('completed', 'Ended'), ('busy', 'Busy'), ('no-answer', 'No answer'), ('failed', 'Failed'), ('canceled', 'Cancelled')], default='intent', max_length=12),
        ),
        migrations.AddField(
            model_name='call',
            name='hang_up_asked_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='call',
            name='seen_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.CreateModel(
            name='SimulatedCall',
            fields=[
                ('id', models.UUIDField(default=jini.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('token', models.UUIDField()),
                ('events', models.JSONField(default=list)),
                ('deliveries', models.JSONField(default=list)),
                ('sent', models.PositiveIntegerField(default=0)),
                ('created_at', models.DateTimeField()),
                ('organisation', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('organisation', 'token'), name='simulated_call_once')],
            },
        ),
        *tenant_tables("dialer_simulatedcall"),
    ]
