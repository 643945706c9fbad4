"""The past of a lead in campaigns, for its timeline."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('dialer', '0008_reason'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='queueentry',
            index=models.Index(condition=models.Q(('finished_at__isnull', False)), fields=['organisation', 'lead'], name='queue_past_of_lead'),
        ),
    ]
