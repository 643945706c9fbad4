"""The browser as a phone: how members choose to call, and the browser that rings for each."""

import dialer.models.softphone
import django.db.models.deletion
import jini.lib.ids
from django.db import migrations, models

from accounts.migrations_tenancy import composite_keys, tenant_tables


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0005_api_keys'),
        ('dialer', '0035_machines'),
    ]

    operations = [
        migrations.AddField(
            model_name='call',
            name='fell_back_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='call',
            name='lost_leg',
            field=models.CharField(blank=True, db_default='', max_length=64),
        ),
        migrations.AddField(
            model_name='dialersettings',
            name='may_dial_themselves',
            field=models.BooleanField(default=False, help_text='No provider sees such a call: how long it took is known from a paired phone only.', verbose_name='Telecallers may choose to dial on their own phone'),
        ),
        migrations.AlterField(
            model_name='call',
            name='mode',
            field=models.CharField(choices=[('bridge', 'Rings my phone first'), ('browser', 'This browser'), ('own_phone', 'My own phone')], max_length=10),
        ),
        migrations.AlterField(
            model_name='dialersettings',
            name='default_mode',
            field=models.CharField(choices=[('bridge', 'Rings my phone first'), ('browser', 'This browser'), ('own_phone', 'My own phone')], default='bridge', help_text='Telecallers may choose otherwise for themselves.', max_length=10, verbose_name='How calls start'),
        ),
        migrations.CreateModel(
            name='CallingChoice',
            fields=[
                ('id', models.UUIDField(default=jini.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('mode', models.CharField(choices=[('bridge', 'Rings my phone first'), ('browser', 'This browser'), ('own_phone', 'My own phone')], max_length=10, verbose_name='how my calls start')),
                ('member', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.membership')),
                ('organisation', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('organisation', 'member'), name='calling_choice_once')],
            },
        ),
        migrations.CreateModel(
            name='Softphone',
            fields=[
                ('id', models.UUIDField(default=jini.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('identity', models.CharField(default=dialer.models.softphone.new_identity, max_length=32)),
                ('tab', models.CharField(blank=True, max_length=36)),
                ('state', models.CharField(blank=True, choices=[('', 'Not open'), ('ready', 'Ready'), ('asking', 'Waits for the microphone to be allowed'), ('denied', 'The microphone is not allowed'), ('missing', 'No microphone was found'), ('busy', 'The microphone is in use elsewhere'), ('offline', 'No connection'), ('unable', 'The browser cannot make calls')], max_length=10)),
                ('seen_at', models.DateTimeField(null=True)),
                ('tokens_from', models.DateTimeField(null=True)),
                ('tokens', models.PositiveSmallIntegerField(default=0)),
                ('member', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.membership')),
                ('organisation', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('organisation', 'member'), name='softphone_once'), models.UniqueConstraint(fields=('organisation', 'identity'), name='softphone_identity_once'), models.CheckConstraint(condition=models.Q(('identity__regex', '^[0-9a-f]{32}$')), name='softphone_is_opaque')],
            },
        ),
        *tenant_tables("dialer_callingchoice", "dialer_softphone"),
        *composite_keys(
            ("dialer_callingchoice", "member_id", "accounts_membership"),
            ("dialer_softphone", "member_id", "accounts_membership"),
        ),
    ]
