"""A retry is kept for its telecaller for some hours, then it is anyone's of the campaign."""

from importlib import import_module

from django.db import migrations, models

BEFORE = import_module("dialer.migrations.0015_lists").CLAIM.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")
# Where the leases that ended are looked for, so is what was kept long enough.
RELEASED = """
        UPDATE dialer_queueentry q SET reserved_for_id = NULL
        WHERE q.ctid = ANY (ARRAY (
            SELECT o.ctid FROM dialer_queueentry o
            WHERE o.organisation_id = p_organisation AND o.kept_until <= p_now AND o.list_id IS NOT NULL
              AND o.finished_at IS NULL AND o.leased_to_id IS NULL AND o.reserved_for_id IS NOT NULL
              AND o.kept_until IS NOT NULL
            ORDER BY o.kept_until LIMIT 100 FOR UPDATE SKIP LOCKED
        ));
"""
PLACE = "    END IF;\n\n    IF place IS NULL THEN\n        is_held := false;"
CLAIM = BEFORE.replace(PLACE, f"{RELEASED.lstrip(chr(10))}{PLACE}")


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0005_api_keys'),
        ('dialer', '0021_call_log_import'),
        ('leads', '0018_likely_duplicates'),
    ]

    operations = [
        migrations.AddField(
            model_name='campaign',
            name='keep_hours',
            field=models.PositiveSmallIntegerField(blank=True, default=24, help_text='For who talked to the lead last, or owns it; then a colleague may be handed it. Empty: for good.', null=True, verbose_name='hours that a retry is kept'),
        ),
        migrations.AddField(
            model_name='queueentry',
            name='kept_until',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddIndex(
            model_name='queueentry',
            index=models.Index(condition=models.Q(('finished_at', None), ('kept_until__isnull', False), ('leased_to', None), ('reserved_for__isnull', False)), fields=['organisation', 'kept_until'], name='queue_kept_until'),
        ),
        migrations.AddConstraint(
            model_name='campaign',
            constraint=models.CheckConstraint(condition=models.Q(('keep_hours', None), ('keep_hours__range', (1, 720)), _connector='OR'), name='campaign_keep_hours_1_to_720'),
        ),
        migrations.RunSQL(CLAIM, BEFORE),
    ]
