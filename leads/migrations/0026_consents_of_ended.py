"""Proofs of consent go with the organisation whose account has ended, too, and before its leads do."""

import importlib

from django.db import migrations

BEFORE: str = importlib.import_module("leads.migrations.0024_consents").GOES
BEFORE = BEFORE[BEFORE.index("CREATE FUNCTION") : BEFORE.index("CREATE CONSTRAINT")].replace(
    "CREATE FUNCTION", "CREATE OR REPLACE FUNCTION", 1
)
ENDED = """    ) AND NOT EXISTS (
        SELECT 1 FROM accounts_organisation o
        WHERE o.id = OLD.organisation_id AND o.state = 'cancelled' AND o.ends_at <= now()
    ) THEN
        RAISE"""
AFTER = BEFORE.replace("    ) THEN\n        RAISE", ENDED)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0009_ending"),
        ("leads", "0025_score"),
    ]

    operations = [migrations.RunSQL(AFTER, BEFORE)]
