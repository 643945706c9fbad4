"""An organisation whose account ends says on which day."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0008_audit_purge'),
    ]

    operations = [
        migrations.AddField(
            model_name='organisation',
            name='ends_at',
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AlterField(
            model_name='organisation',
            name='state',
            field=models.CharField(choices=[('active', 'Active'), ('suspended', 'Suspended'), ('cancelled', 'Cancelled'), ('closed', 'Closed')], default='active', max_length=10),
        ),
        migrations.AddConstraint(
            model_name='organisation',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'cancelled'), _negated=True), ('ends_at__isnull', False), _connector='OR'), name='organisation_ends_on_a_day'),
        ),
    ]
