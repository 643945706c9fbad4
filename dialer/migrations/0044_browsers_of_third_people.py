"""A colleague who is brought into a call, and a supervisor, are rung in the browser that is their phone."""


from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0010_audit_of_ended'),
        ("dialer", "0043_replays_by_call"),
    ]

    operations = [
        migrations.AddField(
            model_name='participant',
            name='in_browser',
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name='participant',
            name='offered_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddConstraint(
            model_name='participant',
            constraint=models.CheckConstraint(condition=models.Q(('offered_at', None), ('in_browser', True), _connector='OR'), name='participant_offered_in_browser'),
        ),
        migrations.AddConstraint(
            model_name='participant',
            constraint=models.CheckConstraint(condition=models.Q(('in_browser', False), ('member__isnull', False), _connector='OR'), name='participant_in_browser_is_member'),
        ),
    ]
