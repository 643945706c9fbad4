"""Results of the DND registry, and numbers on do not call by channel, lifted without a loss."""

import django.db.models.deletion
import jini.lib.ids
from django.db import migrations, models

from accounts.migrations_tenancy import composite_keys, tenant_tables


class Migration(migrations.Migration):

    dependencies = [
        ("accounts", "0006_calls_a_day"),
        ("privacy", "0010_ledger"),
    ]

    operations = [
        migrations.CreateModel(
            name='DndResult',
            fields=[
                ('id', models.UUIDField(default=jini.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('phone', models.CharField(max_length=16, verbose_name='phone')),
                ('channel', models.CharField(choices=[('call', 'Calls'), ('sms', 'SMS'), ('whatsapp', 'WhatsApp'), ('email', 'E-mail')], max_length=10, verbose_name='channel')),
                ('is_registered', models.BooleanField(verbose_name='registered')),
                ('preference', models.CharField(blank=True, max_length=200, verbose_name='preference')),
                ('source', models.CharField(choices=[('file', 'File of a check'), ('api', 'Another program')], max_length=10, verbose_name='source')),
                ('checked_at', models.DateTimeField(verbose_name='checked')),
                ('recorded_at', models.DateTimeField()),
            ],
        ),
        migrations.RemoveConstraint(
            model_name='donotcall',
            name='do_not_call_once',
        ),
        migrations.AddField(
            model_name='contactpolicy',
            name='dnd_days',
            field=models.PositiveSmallIntegerField(default=7, verbose_name='days for which a DND result counts'),
        ),
        migrations.AddField(
            model_name='contactpolicy',
            name='requires_dnd',
            field=models.BooleanField(default=False, verbose_name='promotional calls need a DND result'),
        ),
        migrations.AddField(
            model_name='donotcall',
            name='channel',
            field=models.CharField(choices=[('call', 'Calls'), ('sms', 'SMS'), ('whatsapp', 'WhatsApp'), ('email', 'E-mail')], db_default='call', default='call', max_length=10, verbose_name='channel'),
        ),
        migrations.AddField(
            model_name='donotcall',
            name='lifted_at',
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name='donotcall',
            name='lifted_because',
            field=models.CharField(blank=True, editable=False, max_length=200, verbose_name='why it was lifted'),
        ),
        migrations.AddField(
            model_name='donotcall',
            name='lifted_by',
            field=models.ForeignKey(db_constraint=False, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership'),
        ),
        migrations.AddIndex(
            model_name='donotcall',
            index=models.Index(fields=['organisation', 'phone', '-at'], name='do_not_call_of_number'),
        ),
        migrations.AddConstraint(
            model_name='contactpolicy',
            constraint=models.CheckConstraint(condition=models.Q(('dnd_days__range', (1, 90))), name='contact_policy_dnd_days'),
        ),
        migrations.AddConstraint(
            model_name='donotcall',
            constraint=models.UniqueConstraint(condition=models.Q(('lifted_at', None)), fields=('organisation', 'phone', 'channel'), name='do_not_call_once'),
        ),
        migrations.AddConstraint(
            model_name='donotcall',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('lifted_at', None), ('lifted_because', ''), ('lifted_by', None)), models.Q(('lifted_at__isnull', False), ('lifted_by__isnull', False)), _connector='OR'), name='do_not_call_lifted_at_and_by'),
        ),
        migrations.AddField(
            model_name='dndresult',
            name='by',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership'),
        ),
        migrations.AddField(
            model_name='dndresult',
            name='organisation',
            field=models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation'),
        ),
        migrations.AddConstraint(
            model_name='dndresult',
            constraint=models.CheckConstraint(condition=models.Q(('phone__regex', '^\\+[0-9]{6,15}$')), name='dnd_phone_is_e164'),
        ),
        migrations.AddConstraint(
            model_name='dndresult',
            constraint=models.CheckConstraint(condition=models.Q(('checked_at__lte', models.F('recorded_at'))), name='dnd_checked_before'),
        ),
        migrations.AddConstraint(
            model_name='dndresult',
            constraint=models.UniqueConstraint(fields=('organisation', 'phone', 'channel', 'checked_at'), name='dnd_result_once'),
        ),
        *tenant_tables("privacy_dndresult"),
        *composite_keys(
            ("privacy_dndresult", "by_id", "accounts_membership"),
            ("privacy_donotcall", "lifted_by_id", "accounts_membership"),
        ),
    ]
