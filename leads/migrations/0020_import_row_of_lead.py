"""Removing a lead asks every table that names leads; rows of imports were read all for each."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("leads", "0019_narrowed_counts")]

    operations = [
        migrations.AddIndex(
            "importrow",
            models.Index(
                condition=models.Q(lead__isnull=False), fields=["organisation", "lead"], name="import_row_of_lead"
            ),
        ),
    ]
