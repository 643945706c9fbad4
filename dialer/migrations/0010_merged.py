"""A place in the queue may end because the lead was merged."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('dialer', '0009_past'),
    ]

    operations = [
        migrations.AlterField(
            model_name='queueentry',
            name='finished_because',
            field=models.CharField(blank=True, choices=[('converted', 'Converted'), ('not_interested', 'Not interested'), ('closed', 'Closed'), ('done', 'Done'), ('do_not_call', 'Do not call'), ('unworkable', 'Number cannot be worked'), ('attempts_used', 'Attempts used'), ('retries_used', 'Retries used'), ('refused', 'Not allowed by the contact rules'), ('campaign_ended', 'Campaign ended'), ('deleted', 'Lead in the bin'), ('merged', 'Merged with another lead')], max_length=20),
        ),
    ]
