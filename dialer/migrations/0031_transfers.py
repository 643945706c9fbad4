"""Who was brought into a call to take it over, and when they did."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0005_api_keys'),
        ('dialer', '0030_incoming_numbers'),
    ]

    operations = [
        migrations.AddField(
            model_name='participant',
            name='plan',
            field=models.CharField(blank=True, choices=[('warm', 'Speak first, then hand over'), ('cold', 'Hand over at once'), ('join', 'Add to the call')], max_length=10),
        ),
        migrations.AddField(
            model_name='participant',
            name='took_over_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AlterField(
            model_name='control',
            name='kind',
            field=models.CharField(choices=[('hold', 'Put on hold'), ('resume', 'Taken off hold'), ('mute', 'Muted'), ('unmute', 'Unmuted'), ('digits', 'Keypad'), ('listen', 'Listen'), ('whisper', 'Whisper'), ('barge', 'Barge in'), ('hand_over', 'Hand over')], max_length=10),
        ),
        migrations.AlterField(
            model_name='participant',
            name='kind',
            field=models.CharField(choices=[('supervisor', 'Supervisor'), ('colleague', 'Colleague'), ('outside', 'Outside number')], max_length=10),
        ),
        migrations.AddConstraint(
            model_name='participant',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind', 'supervisor'), ('plan', '')), models.Q(models.Q(('kind', 'supervisor'), _negated=True), models.Q(('plan', ''), _negated=True)), _connector='OR'), name='participant_plan_unless_supervisor'),
        ),
        migrations.AddConstraint(
            model_name='participant',
            constraint=models.CheckConstraint(condition=models.Q(('took_over_at', None), models.Q(models.Q(('kind', 'supervisor'), _negated=True), ('joined_at__isnull', False)), _connector='OR'), name='participant_joined_before_taking_over'),
        ),
    ]
