"""The function by which entries of the audit log go takes those of an organisation whose account has ended, too."""

from importlib import import_module

from django.db import migrations

BEFORE: str = import_module("accounts.migrations.0008_audit_purge").PURGE
BEFORE = BEFORE.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION", 1)
AFTER = BEFORE.replace(
    "    WHERE id = ANY (p_ids) AND at < now() - interval '365 days'\n",
    """    WHERE id = ANY (p_ids)
      AND (at < now() - interval '365 days' OR EXISTS (
          SELECT FROM public.accounts_organisation o
          WHERE o.id = organisation_id AND o.state = 'cancelled' AND o.ends_at <= now()
      ))
""",
)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0009_ending")]

    operations = [migrations.RunSQL(AFTER, BEFORE)]
