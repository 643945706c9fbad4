"""The end of an organisation's account, asked for and thought over."""

import django.db.models.deletion
import jini.lib.ids
from django.db import migrations, models

from accounts.migrations_tenancy import tenant_tables


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0009_ending'),
        ('privacy', '0017_page_visits'),
    ]

    operations = [
        migrations.CreateModel(
            name='Cancellation',
            fields=[
                ('id', models.UUIDField(default=jini.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('state', models.CharField(choices=[('requested', 'Asked for'), ('grace', 'Time to think it over'), ('erasing', 'Being erased'), ('vault', 'Erased; what a law keeps is sealed'), ('closed', 'Nothing is left'), ('withdrawn', 'Taken back')], default='requested', max_length=10)),
                ('reason', models.CharField(blank=True, max_length=300, verbose_name='reason')),
                ('requested_at', models.DateTimeField(auto_now_add=True)),
                ('asked_member', models.UUIDField(editable=False)),
                ('begun_at', models.DateTimeField(null=True)),
                ('confirmed_member', models.UUIDField(editable=False, null=True)),
                ('state_before', models.CharField(blank=True, max_length=10)),
                ('ends_at', models.DateTimeField(null=True)),
                ('warned_at', models.DateTimeField(null=True)),
                ('ended_at', models.DateTimeField(null=True)),
                ('organisation', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation')),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('state', 'withdrawn'), _negated=True), fields=('organisation',), name='cancellation_open_once'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'grace'), _negated=True), models.Q(('begun_at__isnull', False), ('ends_at__isnull', False)), _connector='OR'), name='cancellation_waits_for_a_day'), models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['erasing', 'vault', 'closed']), _negated=True), ('warned_at__isnull', False), _connector='OR'), name='cancellation_erases_after_a_warning')],
            },
        ),
        *tenant_tables("privacy_cancellation"),
    ]
