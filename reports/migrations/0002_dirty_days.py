"""Notes of the days to count again, and of how long ago leads were called before."""

import django.db.models.deletion
import jini.lib.ids
from django.db import migrations, models

from accounts.migrations_tenancy import composite_keys, tenant_tables


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0001_initial'),
        ('reports', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='DirtyDay',
            fields=[
                ('id', models.UUIDField(default=jini.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('day', models.DateField()),
                ('noted_at', models.DateTimeField(auto_now_add=True)),
            ],
        ),
        migrations.AddField(
            model_name='dayfigures',
            name='leads_by_gap',
            field=models.JSONField(default=dict),
        ),
        migrations.AddIndex(
            model_name='dayfigures',
            index=models.Index(fields=['organisation', 'telecaller', 'day'], name='day_figures_of_telecaller'),
        ),
        migrations.AddField(
            model_name='dirtyday',
            name='organisation',
            field=models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation'),
        ),
        migrations.AddField(
            model_name='dirtyday',
            name='telecaller',
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.membership'),
        ),
        migrations.AddIndex(
            model_name='dirtyday',
            index=models.Index(fields=['organisation', 'day', 'telecaller'], name='dirty_day_bucket'),
        ),
        *tenant_tables("reports_dirtyday"),
        *composite_keys(("reports_dirtyday", "telecaller_id", "accounts_membership")),
    ]
