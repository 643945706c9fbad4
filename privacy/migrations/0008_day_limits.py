"""Limits on minutes, and on each person's day."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('privacy', '0007_series'),
    ]

    operations = [
        migrations.AddField(
            model_name='contactpolicy',
            name='daily_minutes',
            field=models.PositiveIntegerField(blank=True, null=True, verbose_name='minutes of talk a day'),
        ),
        migrations.AddField(
            model_name='contactpolicy',
            name='member_daily_calls',
            field=models.PositiveIntegerField(blank=True, null=True, verbose_name='calls of one person a day'),
        ),
        migrations.AddField(
            model_name='contactpolicy',
            name='member_daily_minutes',
            field=models.PositiveIntegerField(blank=True, null=True, verbose_name='minutes of one person a day'),
        ),
        migrations.AddField(
            model_name='contactpolicy',
            name='member_daily_spend',
            field=models.DecimalField(blank=True, decimal_places=2, max_digits=10, null=True, verbose_name='spend of one person a day'),
        ),
    ]
