"""The look for likely duplicates is not compiled, as the claim is not (dialer 0046)."""

from django.db import migrations

LIKELY = "leads_likely(uuid, uuid[], uuid[], uuid[], boolean, boolean, boolean, integer, integer)"


class Migration(migrations.Migration):

    dependencies = [("leads", "0027_undone_of_erased")]

    operations = [
        migrations.RunSQL(f"ALTER FUNCTION {LIKELY} SET jit = off", f"ALTER FUNCTION {LIKELY} RESET jit"),
    ]
