"""Accounts of organisations below the master account of the installation."""

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

import jini.lib.ids
from accounts.migrations_tenancy import composite_keys, tenant_tables

Q = models.Q
STATES = [("wanted", "Being opened"), ("open", "Open"), ("suspended", "Suspended"), ("closed", "Closed")]


class Migration(migrations.Migration):

    dependencies = [
        ("accounts", "0010_audit_of_ended"),
        ("dialer", "0044_browsers_of_third_people"),
    ]

    operations = [
        migrations.CreateModel(
            name="SubAccount",
            fields=[
                ("id", models.UUIDField(default=jini.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ("wanted", models.CharField(choices=STATES, default="open", max_length=10)),
                ("state", models.CharField(choices=STATES, default="wanted", max_length=10)),
                ("provider_id", models.CharField(blank=True, max_length=64)),
                ("failure", models.CharField(blank=True, max_length=40)),
                ("asked_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("sent_at", models.DateTimeField(null=True)),
                ("asked_by", models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.membership")),
                ("organisation", models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.organisation")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(condition=Q(("state", "closed"), _negated=True), fields=("organisation",), name="sub_account_not_ended_once"),
                    models.CheckConstraint(condition=Q(("state__in", ["wanted", "closed"]), Q(("provider_id", ""), _negated=True), _connector="OR"), name="sub_account_open_has_id"),
                    models.CheckConstraint(condition=Q(("wanted", "wanted"), _negated=True), name="sub_account_wanted_is_a_state"),
                ],
            },
        ),
        *tenant_tables("dialer_subaccount"),
        *composite_keys(("dialer_subaccount", "asked_by_id", "accounts_membership")),
    ]
