"""Breaks that may last so long, and why the system took somebody offline."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0004_push'),
        ('teams', '0002_team_parent'),
    ]

    operations = [
        migrations.AddField(
            model_name='pausecode',
            name='longest_minutes',
            field=models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='minutes at most'),
        ),
        migrations.AddField(
            model_name='presence',
            name='because',
            field=models.CharField(blank=True, choices=[('long_break', 'The break lasted longer than it may.'), ('no_outcome', 'A call was left without an outcome.')], max_length=10),
        ),
        migrations.AddConstraint(
            model_name='pausecode',
            constraint=models.CheckConstraint(condition=models.Q(('longest_minutes', None), ('longest_minutes__range', (1, 1440)), _connector='OR'), name='pause_code_1_minute_to_a_day'),
        ),
    ]
