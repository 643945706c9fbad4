"""The look for likely duplicates is not compiled, as the claim is not (dialer 0046)."""

from django.db import migrations

from accounts.migrations_tenancy import SEARCHER

LIKELY = "leads_likely(uuid, uuid[], uuid[], uuid[], boolean, boolean, boolean, integer, integer)"
# The function is the searcher's: an owner of the tables who is no superuser may alter it as a member of that role only.
AS_SEARCHER = f"""
GRANT {SEARCHER} TO CURRENT_USER;
ALTER FUNCTION {LIKELY} {{}};
REVOKE {SEARCHER} FROM CURRENT_USER;
"""


class Migration(migrations.Migration):

    dependencies = [("leads", "0027_undone_of_erased")]

    operations = [
        migrations.RunSQL(AS_SEARCHER.format("SET jit = off"), AS_SEARCHER.format("RESET jit")),
    ]
