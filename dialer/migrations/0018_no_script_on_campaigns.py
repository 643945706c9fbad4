"""A campaign has scripts, and no text of its own."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("dialer", "0017_scripts_of_campaigns")]

    operations = [migrations.RemoveField(model_name="campaign", name="script")]
