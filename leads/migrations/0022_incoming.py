"""A missed call as a kind of follow-up."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('leads', '0021_other_languages'),
    ]

    operations = [
        migrations.AlterField(
            model_name='followup',
            name='kind',
            field=models.CharField(choices=[('task', 'Follow-up'), ('callback', 'Callback'), ('missed', 'Missed call')], default='task', max_length=10),
        ),
    ]
