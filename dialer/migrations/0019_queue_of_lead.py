"""One index over the places of a lead, waiting or not, instead of one over the past ones."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("dialer", "0018_no_script_on_campaigns")]

    operations = [
        migrations.RemoveIndex("queueentry", "queue_past_of_lead"),
        migrations.AddIndex(
            "queueentry", models.Index(fields=["organisation", "lead"], name="queue_of_lead")
        ),
    ]
