"""The bin: deleted leads, which no list and no key of numbers holds any more."""

import datetime
import django.db.models.deletion
import django.db.models.functions.comparison
from decimal import Decimal
from importlib import import_module

from django.db import migrations, models

from accounts.migrations_tenancy import SEARCHER, composite_keys, search_function

NAME = "leads_search(uuid, text[], integer)"
BEFORE = import_module("leads.migrations.0004_search").SEARCH.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")
# Neither the sample of the newest nor the leads that are named are looked for in the bin.
SEARCH = BEFORE.replace(
    "WHERE organisation_id = $1 ORDER BY", "WHERE organisation_id = $1 AND deleted_at IS NULL ORDER BY"
).replace("WHERE l.organisation_id = $1 AND %s", "WHERE l.organisation_id = $1 AND l.deleted_at IS NULL AND %s")
HELD_NAME = "leads_holding(uuid, jsonb, integer)"
HELD = import_module("leads.migrations.0007_fields_custom").HOLDING.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")
HOLDING = HELD.replace(
    "WHERE organisation_id = p_organisation ORDER BY", "WHERE organisation_id = p_organisation AND deleted_at IS NULL ORDER BY"
).replace("WHERE organisation_id = p_organisation AND custom", "WHERE organisation_id = p_organisation AND deleted_at IS NULL AND custom")


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0001_initial'),
        ('leads', '0008_fields_saved_views'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='lead',
            name='lead_phone_once',
        ),
        migrations.RemoveIndex(
            model_name='lead',
            name='lead_newest',
        ),
        migrations.RemoveIndex(
            model_name='lead',
            name='lead_newest_of_owner',
        ),
        migrations.RemoveIndex(
            model_name='lead',
            name='lead_newest_in_status',
        ),
        migrations.RemoveIndex(
            model_name='lead',
            name='lead_by_name',
        ),
        migrations.RemoveIndex(
            model_name='lead',
            name='lead_by_value',
        ),
        migrations.RemoveIndex(
            model_name='lead',
            name='lead_by_last_call',
        ),
        migrations.AddField(
            model_name='lead',
            name='deleted_at',
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name='lead',
            name='deleted_by',
            field=models.ForeignKey(db_constraint=False, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership'),
        ),
        migrations.AlterField(
            model_name='activity',
            name='kind',
            field=models.CharField(choices=[('created', 'Created'), ('import', 'Import'), ('call', 'Call'), ('note', 'Note'), ('message', 'Message'), ('status', 'Status'), ('change', 'Change'), ('assigned', 'Owner'), ('follow_up', 'Follow-up'), ('consent', 'Consent'), ('bin', 'Bin')], max_length=10),
        ),
        migrations.AddIndex(
            model_name='lead',
            index=models.Index(condition=models.Q(('deleted_at', None)), fields=['organisation', '-created_at', '-id'], name='lead_newest'),
        ),
        migrations.AddIndex(
            model_name='lead',
            index=models.Index(condition=models.Q(('deleted_at', None)), fields=['organisation', 'assigned_to', '-created_at', '-id'], name='lead_newest_of_owner'),
        ),
        migrations.AddIndex(
            model_name='lead',
            index=models.Index(condition=models.Q(('deleted_at', None)), fields=['organisation', 'status', '-created_at', '-id'], name='lead_newest_in_status'),
        ),
        migrations.AddIndex(
            model_name='lead',
            index=models.Index(condition=models.Q(('deleted_at__isnull', False)), fields=['organisation', '-deleted_at', '-id'], name='lead_in_bin'),
        ),
        migrations.AddIndex(
            model_name='lead',
            index=models.Index(condition=models.Q(('deleted_at', None)), fields=['organisation', 'search_text', 'id'], name='lead_by_name'),
        ),
        migrations.AddIndex(
            model_name='lead',
            index=models.Index(models.F('organisation'), django.db.models.functions.comparison.Coalesce('value', models.Value(Decimal('-1'))), models.F('id'), condition=models.Q(('deleted_at', None)), name='lead_by_value'),
        ),
        migrations.AddIndex(
            model_name='lead',
            index=models.Index(models.F('organisation'), django.db.models.functions.comparison.Coalesce('last_called_at', models.Value(datetime.datetime(1970, 1, 1, 0, 0, tzinfo=datetime.timezone.utc))), models.F('id'), condition=models.Q(('deleted_at', None)), name='lead_by_last_call'),
        ),
        migrations.AddConstraint(
            model_name='lead',
            constraint=models.UniqueConstraint(condition=models.Q(('deleted_at', None)), fields=('organisation', 'phone'), name='lead_phone_once'),
        ),
        migrations.AddConstraint(
            model_name='lead',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('deleted_at', None), ('deleted_by', None)), models.Q(('deleted_at__isnull', False), ('deleted_by__isnull', False)), _connector='OR'), name='lead_deleted_at_and_by'),
        ),
        *composite_keys(("leads_lead", "deleted_by_id", "accounts_membership")),
        migrations.RunSQL(
            f"GRANT SELECT (deleted_at) ON leads_lead TO {SEARCHER}",
            f"REVOKE SELECT (deleted_at) ON leads_lead FROM {SEARCHER}",
        ),
        migrations.RunSQL(search_function(NAME, SEARCH).sql, search_function(NAME, BEFORE).sql),
        migrations.RunSQL(search_function(HELD_NAME, HOLDING).sql, search_function(HELD_NAME, HELD).sql),
    ]
