"""What the operator allows an organisation that is new here."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0005_api_keys'),
    ]

    operations = [
        migrations.AddField(
            model_name='organisation',
            name='calls_a_day',
            field=models.PositiveIntegerField(blank=True, default=100, null=True, verbose_name='calls a day at most'),
        ),
        # Those that are here already are not new.
        migrations.RunSQL("UPDATE accounts_organisation SET calls_a_day = NULL", migrations.RunSQL.noop),
    ]
