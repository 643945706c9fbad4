"""Caps on one number, on any 24 hours, and on parts of the day."""

from django.db import migrations, models

# Until now the calls of a day were also the most in any 24 hours.
AS_BEFORE = """
ALTER TABLE privacy_contactpolicy NO FORCE ROW LEVEL SECURITY;
UPDATE privacy_contactpolicy SET rolling_attempts = daily_attempts;
ALTER TABLE privacy_contactpolicy FORCE ROW LEVEL SECURITY;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('privacy', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='contactpolicy',
            name='afternoon_attempts',
            field=models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='calls in an afternoon'),
        ),
        migrations.AddField(
            model_name='contactpolicy',
            name='evening_attempts',
            field=models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='calls in an evening'),
        ),
        migrations.AddField(
            model_name='contactpolicy',
            name='morning_attempts',
            field=models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='calls in a morning'),
        ),
        migrations.AddField(
            model_name='contactpolicy',
            name='number_daily_attempts',
            field=models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='calls to one number a day'),
        ),
        migrations.AddField(
            model_name='contactpolicy',
            name='number_lifetime_attempts',
            field=models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='calls to one number in all'),
        ),
        migrations.AddField(
            model_name='contactpolicy',
            name='number_rolling_attempts',
            field=models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='calls to one number in 24 hours'),
        ),
        migrations.AddField(
            model_name='contactpolicy',
            name='rolling_attempts',
            field=models.PositiveSmallIntegerField(default=3, verbose_name='calls to one person in 24 hours'),
        ),
        migrations.RunSQL(AS_BEFORE, migrations.RunSQL.noop),
    ]
