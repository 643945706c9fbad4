"""What calls that come in, and third people on calls, take of a day."""

import django.db.models.deletion
from django.db import migrations, models

from accounts.migrations_tenancy import composite_keys


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0006_calls_a_day'),
        ('dialer', '0036_softphone'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='callcharge',
            name='charge_once',
        ),
        migrations.RemoveIndex(
            model_name='callcharge',
            name='charges_of_day',
        ),
        migrations.AddField(
            model_name='callcharge',
            name='incoming',
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='dialer.incomingcall'),
        ),
        migrations.AddField(
            model_name='callcharge',
            name='is_call',
            field=models.BooleanField(default=True),
        ),
        migrations.AddField(
            model_name='callcharge',
            name='participant',
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='dialer.participant'),
        ),
        migrations.AlterField(
            model_name='callcharge',
            name='call',
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='dialer.call'),
        ),
        migrations.AlterField(
            model_name='callcharge',
            name='telecaller',
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership'),
        ),
        migrations.AlterField(
            model_name='incomingcall',
            name='missed',
            field=models.CharField(blank=True, choices=[('gave_up', 'Hung up first'), ('nobody', 'Nobody was free'), ('closed', 'Outside the calling hours'), ('off', 'The number takes no calls'), ('refused', "Calls were stopped, or the day's limit was used up")], max_length=10),
        ),
        migrations.AddIndex(
            model_name='callcharge',
            index=models.Index(fields=['organisation', 'day'], include=('telecaller', 'state', 'seconds', 'amount', 'is_call'), name='charges_of_day'),
        ),
        migrations.AddIndex(
            model_name='callcharge',
            index=models.Index(fields=['organisation', 'call'], name='charges_of_call'),
        ),
        migrations.AddConstraint(
            model_name='callcharge',
            constraint=models.UniqueConstraint(condition=models.Q(('participant', None)), fields=('organisation', 'call'), name='charge_once'),
        ),
        migrations.AddConstraint(
            model_name='callcharge',
            constraint=models.UniqueConstraint(fields=('organisation', 'incoming'), name='charge_of_incoming_once'),
        ),
        migrations.AddConstraint(
            model_name='callcharge',
            constraint=models.UniqueConstraint(fields=('organisation', 'participant'), name='charge_of_person_once'),
        ),
        migrations.AddConstraint(
            model_name='callcharge',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('call', None), ('incoming__isnull', False), ('participant', None)), models.Q(('call__isnull', False), ('incoming', None)), _connector='OR'), name='charge_of_one_line'),
        ),
        migrations.AddConstraint(
            model_name='callcharge',
            constraint=models.CheckConstraint(condition=models.Q(('telecaller__isnull', False), ('call', None), _connector='OR'), name='charge_of_somebody'),
        ),
        *composite_keys(
            ("dialer_callcharge", "incoming_id", "dialer_incomingcall"),
            ("dialer_callcharge", "participant_id", "dialer_participant"),
        ),
    ]
