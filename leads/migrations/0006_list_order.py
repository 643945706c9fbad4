"""An index for each order of the lead list."""

import datetime as dt
from decimal import Decimal

from django.db import migrations, models
from django.db.models.functions import Coalesce


class Migration(migrations.Migration):
    dependencies = [("leads", "0005_follow_up_pair")]

    operations = [
        migrations.AddIndex(
            model_name="lead",
            index=models.Index(fields=["organisation", "search_text", "id"], name="lead_by_name"),
        ),
        migrations.AddIndex(
            model_name="lead",
            index=models.Index(
                models.F("organisation"),
                Coalesce("value", models.Value(Decimal(-1))),
                models.F("id"),
                name="lead_by_value",
            ),
        ),
        migrations.AddIndex(
            model_name="lead",
            index=models.Index(
                models.F("organisation"),
                Coalesce("last_called_at", models.Value(dt.datetime(1970, 1, 1, tzinfo=dt.UTC))),
                models.F("id"),
                name="lead_by_last_call",
            ),
        ),
    ]
