"""The claim finds the first free lead by the index, however many wait."""

from importlib import import_module

from django.db import migrations

BEFORE = import_module("dialer.migrations.0002_queue_claim").CLAIM.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")
# "reserved_for_id IS NULL" does not tell PostgreSQL that the column is constant: unless it is named in the order, the
# whole queue is read and sorted for one lead.
CLAIM = BEFORE.replace("ORDER BY o.due_at, o.id", "ORDER BY o.reserved_for_id, o.due_at, o.id")


class Migration(migrations.Migration):
    dependencies = [("dialer", "0003_call_legs")]

    operations = [migrations.RunSQL(CLAIM, BEFORE)]
