"""Pages that people looked at who allow it, each organisation's its own."""

import django.db.models.deletion
import jini.lib.ids
from django.db import migrations, models

from accounts.migrations_tenancy import composite_keys, tenant_tables


class Migration(migrations.Migration):

    dependencies = [
        ("accounts", "0006_calls_a_day"),
        ("privacy", "0016_choices"),
    ]

    operations = [
        migrations.CreateModel(
            name='PageVisit',
            fields=[
                ('id', models.UUIDField(default=jini.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('key', models.UUIDField()),
                ('page', models.CharField(max_length=100)),
                ('at', models.DateTimeField()),
                ('seconds', models.PositiveSmallIntegerField()),
                ('ip_address', models.GenericIPAddressField(null=True)),
                ('browser', models.CharField(blank=True, max_length=30)),
                ('system', models.CharField(blank=True, max_length=20)),
                ('device_type', models.CharField(blank=True, choices=[('phone', 'Phone'), ('tablet', 'Tablet'), ('computer', 'Computer'), ('', 'Unknown')], max_length=10)),
                ('device', models.UUIDField()),
                ('member', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.membership')),
                ('organisation', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation')),
            ],
            options={
                'indexes': [models.Index(fields=['organisation', 'member', '-at', '-id'], name='page_visit_of_member'), models.Index(fields=['organisation', 'at'], name='page_visit_at')],
                'constraints': [models.UniqueConstraint(fields=('organisation', 'member', 'key'), name='page_visit_once'), models.CheckConstraint(condition=models.Q(('seconds__lte', 1800)), name='page_visit_longest')],
            },
        ),
        *tenant_tables("privacy_pagevisit"),
        *composite_keys(("privacy_pagevisit", "member_id", "accounts_membership")),
    ]
