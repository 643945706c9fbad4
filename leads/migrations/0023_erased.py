"""When a lead was erased."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0005_api_keys'),
        ('leads', '0022_incoming'),
    ]

    operations = [
        migrations.AddField(
            model_name='lead',
            name='erased_at',
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddConstraint(
            model_name='lead',
            constraint=models.CheckConstraint(condition=models.Q(('erased_at', None), models.Q(('address', ''), ('deleted_at__isnull', False), ('email', ''), ('name', ''), ('phone', '+000000')), _connector='OR'), name='lead_erased_is_empty'),
        ),
    ]
