"""How members want to be reminded, and when a notice went out by e-mail."""

import django.db.models.deletion
import jini.lib.ids
from django.db import migrations, models

from accounts.migrations_tenancy import composite_keys, tenant_tables


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0002_bell'),
    ]

    operations = [
        migrations.AddField(
            model_name='notification',
            name='mailed_at',
            field=models.DateTimeField(null=True),
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
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('organisation', 'member'), name='reminder_choice_once'), models.CheckConstraint(condition=models.Q(('minutes_before__in', [0, 5, 10, 15, 30])), name='reminder_choice_minutes')],
            },
        ),
        *tenant_tables("accounts_reminderchoice"),
        *composite_keys(("accounts_reminderchoice", "member_id", "accounts_membership")),
    ]
