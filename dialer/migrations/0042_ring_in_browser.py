"""Calls that come in ring in the browser of whoever has it as their phone."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("dialer", "0041_one_table_of_numbers"),
    ]

    operations = [
        migrations.AddField(
            model_name='incomingring',
            name='in_browser',
            field=models.BooleanField(default=False),
        ),
    ]
