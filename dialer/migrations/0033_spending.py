"""Whether an organisation dials, and what its calls take."""

import django.core.validators
import django.db.models.deletion
import jini.lib.ids
from decimal import Decimal
from django.db import migrations, models

from accounts.migrations_tenancy import composite_keys, tenant_tables
from jini.lib.ids import UUID7_SQL


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0006_calls_a_day'),
        ('dialer', '0032_phone_numbers'),
    ]

    operations = [
        migrations.CreateModel(
            name='InstallationStop',
            fields=[
                ('id', models.UUIDField(default=jini.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('reason', models.CharField(max_length=200, verbose_name='reason')),
                ('started_at', models.DateTimeField(auto_now_add=True)),
                ('ended_at', models.DateTimeField(blank=True, null=True, verbose_name='ended at')),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('ended_at', None)), fields=('ended_at',), name='installation_stopped_once', nulls_distinct=False)],
            },
        ),
        migrations.CreateModel(
            name='CallCharge',
            fields=[
                ('id', models.UUIDField(default=jini.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('day', models.DateField()),
                ('state', models.CharField(choices=[('reserved', 'Reserved'), ('estimated', 'Estimated'), ('priced', 'As the provider says'), ('released', 'Never reached the carrier')], default='reserved', max_length=10)),
                ('seconds', models.PositiveIntegerField(default=0)),
                ('amount', models.DecimalField(decimal_places=4, default=Decimal('0'), max_digits=12)),
                ('rate', models.DecimalField(decimal_places=4, default=Decimal('0'), max_digits=8)),
                ('price', models.DecimalField(decimal_places=5, max_digits=12, null=True)),
                ('currency', models.CharField(blank=True, max_length=3)),
                ('settled_at', models.DateTimeField(null=True)),
                ('call', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='dialer.call')),
                ('organisation', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation')),
                ('telecaller', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
            ],
            options={
                'indexes': [models.Index(fields=['organisation', 'day'], include=('telecaller', 'state', 'seconds', 'amount'), name='charges_of_day'), models.Index(condition=models.Q(('state', 'reserved')), fields=['organisation', 'id'], name='charges_reserved')],
                'constraints': [models.UniqueConstraint(fields=('organisation', 'call'), name='charge_once'), models.CheckConstraint(condition=models.Q(models.Q(('currency', ''), ('price', None)), models.Q(('price__isnull', False), models.Q(('currency', ''), _negated=True)), _connector='OR'), name='charge_price_has_currency'), models.CheckConstraint(condition=models.Q(('amount__gte', 0), models.Q(('price', None), ('price__gte', 0), _connector='OR')), name='charge_not_negative'), models.CheckConstraint(condition=models.Q(models.Q(('settled_at', None), ('state', 'reserved')), models.Q(models.Q(('state', 'reserved'), _negated=True), ('settled_at__isnull', False)), _connector='OR'), name='charge_settled_or_reserved')],
            },
        ),
        migrations.CreateModel(
            name='Dialling',
            fields=[
                ('id', models.UUIDField(default=jini.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('stopped_at', models.DateTimeField(editable=False, null=True)),
                ('stop_reason', models.CharField(blank=True, max_length=200, verbose_name='reason')),
                ('minute_price', models.DecimalField(blank=True, decimal_places=4, max_digits=8, null=True, validators=[django.core.validators.MinValueValidator(0)], verbose_name='Price of a minute, in rupees')),
                ('dollar_rate', models.DecimalField(blank=True, decimal_places=4, max_digits=8, null=True, validators=[django.core.validators.MinValueValidator(Decimal('0.0001'))], verbose_name='Rupees for a US dollar')),
                ('organisation', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation')),
                ('stopped_by', models.ForeignKey(db_constraint=False, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('organisation',), name='dialling_once'), models.CheckConstraint(condition=models.Q(models.Q(('stopped_at', None), ('stopped_by', None)), models.Q(('stopped_at__isnull', False), ('stopped_by__isnull', False)), _connector='OR'), name='dialling_stopped_at_and_by'), models.CheckConstraint(condition=models.Q(('minute_price', None), ('minute_price__gte', 0), _connector='OR'), name='dialling_price_not_negative'), models.CheckConstraint(condition=models.Q(('dollar_rate', None), ('dollar_rate__gt', 0), _connector='OR'), name='dialling_rate_positive')],
            },
        ),
        migrations.RunSQL(
            f"INSERT INTO dialer_dialling (id, organisation_id, stop_reason) "
            f"SELECT {UUID7_SQL}, id, '' FROM accounts_organisation; SET CONSTRAINTS ALL IMMEDIATE",
            migrations.RunSQL.noop,
        ),
        *tenant_tables("dialer_dialling", "dialer_callcharge"),
        *composite_keys(
            ("dialer_dialling", "stopped_by_id", "accounts_membership"),
            ("dialer_callcharge", "call_id", "dialer_call"),
            ("dialer_callcharge", "telecaller_id", "accounts_membership"),
        ),
    ]
