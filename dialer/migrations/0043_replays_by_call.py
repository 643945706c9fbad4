"""Removing a call asks every table that names calls; replays were read all for each."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("dialer", "0042_ring_in_browser")]

    operations = [
        migrations.AddIndex(
            "replay",
            models.Index(
                condition=models.Q(call__isnull=False), fields=["organisation", "call"], name="replay_of_call"
            ),
        ),
        migrations.AddIndex(
            "replaydifference",
            models.Index(fields=["organisation", "call"], name="replay_difference_of_call"),
        ),
    ]
