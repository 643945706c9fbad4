"""What kind of number a further one is, and whether it is in use."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('leads', '0009_bin'),
    ]

    operations = [
        migrations.AddField(
            model_name='leadphone',
            name='is_active',
            field=models.BooleanField(default=True, verbose_name='in use'),
        ),
        migrations.AddField(
            model_name='leadphone',
            name='kind',
            field=models.CharField(choices=[('mobile', 'Mobile'), ('home', 'Home'), ('work', 'Work'), ('whatsapp', 'WhatsApp'), ('other', 'Other')], default='other', max_length=10, verbose_name='kind'),
        ),
    ]
