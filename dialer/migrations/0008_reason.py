"""The reason with which an outcome moves a lead to a status that asks for one."""

import django.db.models.deletion
from django.db import migrations, models

from accounts.migrations_tenancy import composite_keys

GIVE_REASONS = """
ALTER TABLE dialer_disposition NO FORCE ROW LEVEL SECURITY;
ALTER TABLE leads_statusreason NO FORCE ROW LEVEL SECURITY;
UPDATE dialer_disposition d SET reason_id = r.id
FROM leads_statusreason r
WHERE r.organisation_id = d.organisation_id
    AND (d.name, r.name) IN (('Not interested', 'No need now'), ('Already bought', 'Bought elsewhere'));
ALTER TABLE leads_statusreason FORCE ROW LEVEL SECURITY;
ALTER TABLE dialer_disposition FORCE ROW LEVEL SECURITY;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('dialer', '0007_deleted'),
        ('leads', '0012_reasons'),
    ]

    operations = [
        migrations.AddField(
            model_name='disposition',
            name='reason',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='leads.statusreason', verbose_name='reason'),
        ),
        migrations.RunSQL(GIVE_REASONS, migrations.RunSQL.noop),
        *composite_keys(("dialer_disposition", "reason_id", "leads_statusreason")),
    ]
