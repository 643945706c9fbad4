"""Won leads by the day they were won."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0001_initial'),
        ('leads', '0001_initial'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='lead',
            index=models.Index(condition=models.Q(('won_at__isnull', False)), fields=['organisation', 'won_at'], name='lead_won'),
        ),
    ]
