"""Which series of numbers may carry which calls."""

import privacy.models.contact_policy
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('privacy', '0006_erasure'),
    ]

    operations = [
        migrations.AddField(
            model_name='contactpolicy',
            name='purpose',
            field=models.CharField(choices=[('service', 'Service: about what the person asked for or has'), ('transactional', 'Transactional: about one purchase or payment of theirs'), ('promotional', 'Promotional: an offer, also as a part of the call')], default='service', max_length=15, verbose_name='calls without a campaign'),
        ),
        migrations.AddField(
            model_name='contactpolicy',
            name='series',
            field=models.JSONField(default=privacy.models.contact_policy.series, verbose_name='number series'),
        ),
    ]
