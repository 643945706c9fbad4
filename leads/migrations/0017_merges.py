"""Leads that may be one person, and merges of two into one."""

import django.db.models.deletion
import django.db.models.functions.comparison
import django.db.models.functions.text
import jini.lib.ids
from django.db import migrations, models

from accounts.migrations_tenancy import composite_keys, tenant_tables


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0001_initial'),
        ('leads', '0016_lead_files'),
    ]

    operations = [
        migrations.CreateModel(
            name='DuplicateSettings',
            fields=[
                ('id', models.UUIDField(default=jini.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('by_number', models.BooleanField(default=True, verbose_name='same number in another place')),
                ('by_email', models.BooleanField(default=True, verbose_name='same e-mail')),
                ('by_name', models.BooleanField(default=True, verbose_name='similar name and same city')),
                ('name_percent', models.PositiveSmallIntegerField(default=60, verbose_name='how similar the names must be, in percent')),
                ('seen_until', models.DateTimeField(editable=False, null=True)),
                ('seen_lead', models.UUIDField(editable=False, null=True)),
                ('looked_at', models.DateTimeField(editable=False, null=True)),
            ],
        ),
        migrations.CreateModel(
            name='LeadMerge',
            fields=[
                ('id', models.UUIDField(default=jini.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('merged_at', models.DateTimeField()),
                ('undone_at', models.DateTimeField(null=True)),
                ('moved', models.JSONField(default=dict)),
            ],
        ),
        migrations.CreateModel(
            name='LikelyDuplicate',
            fields=[
                ('id', models.UUIDField(default=jini.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('reasons', models.JSONField(default=list)),
                ('score', models.PositiveSmallIntegerField()),
                ('state', models.CharField(choices=[('open', 'Open'), ('dismissed', 'Not the same'), ('merged', 'Merged')], default='open', max_length=10)),
                ('found_at', models.DateTimeField(auto_now_add=True)),
                ('dismissed_at', models.DateTimeField(null=True)),
            ],
        ),
        migrations.AddField(
            model_name='lead',
            name='merged_into',
            field=models.ForeignKey(db_constraint=False, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='leads.lead'),
        ),
        migrations.AlterField(
            model_name='activity',
            name='kind',
            field=models.CharField(choices=[('created', 'Created'), ('import', 'Import'), ('call', 'Call'), ('note', 'Note'), ('message', 'Message'), ('status', 'Status'), ('change', 'Change'), ('assigned', 'Owner'), ('follow_up', 'Follow-up'), ('consent', 'Consent'), ('bin', 'Bin'), ('file', 'File'), ('merge', 'Merged')], max_length=10),
        ),
        migrations.AddIndex(
            model_name='lead',
            index=models.Index(condition=models.Q(('merged_into__isnull', False)), fields=['organisation', 'merged_into'], name='lead_merged'),
        ),
        migrations.AddIndex(
            model_name='lead',
            index=models.Index(condition=models.Q(('deleted_at', None)), fields=['organisation', 'updated_at', 'id'], name='lead_by_change'),
        ),
        migrations.AddIndex(
            model_name='lead',
            index=models.Index(models.F('organisation'), django.db.models.functions.text.Lower('email'), condition=models.Q(('deleted_at', None), models.Q(('email', ''), _negated=True)), name='lead_by_email'),
        ),
        migrations.AddIndex(
            model_name='lead',
            index=models.Index(models.F('organisation'), models.Func('city', function='leads_folded'), django.db.models.functions.comparison.Collate(models.Func('name', function='leads_folded'), 'C'), condition=models.Q(('deleted_at', None), models.Q(('city', ''), _negated=True)), name='lead_by_city_and_name'),
        ),
        migrations.AddConstraint(
            model_name='lead',
            constraint=models.CheckConstraint(condition=models.Q(('merged_into', None), ('deleted_at__isnull', False), _connector='OR'), name='lead_merged_is_in_bin'),
        ),
        migrations.AddField(
            model_name='duplicatesettings',
            name='organisation',
            field=models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation'),
        ),
        migrations.AddField(
            model_name='leadmerge',
            name='gone',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='leads.lead'),
        ),
        migrations.AddField(
            model_name='leadmerge',
            name='keep',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='leads.lead'),
        ),
        migrations.AddField(
            model_name='leadmerge',
            name='merged_by',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership'),
        ),
        migrations.AddField(
            model_name='leadmerge',
            name='organisation',
            field=models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation'),
        ),
        migrations.AddField(
            model_name='leadmerge',
            name='undone_by',
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership'),
        ),
        migrations.AddField(
            model_name='likelyduplicate',
            name='dismissed_by',
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership'),
        ),
        migrations.AddField(
            model_name='likelyduplicate',
            name='lead',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='leads.lead'),
        ),
        migrations.AddField(
            model_name='likelyduplicate',
            name='organisation',
            field=models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation'),
        ),
        migrations.AddField(
            model_name='likelyduplicate',
            name='other',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='leads.lead'),
        ),
        migrations.AddConstraint(
            model_name='duplicatesettings',
            constraint=models.UniqueConstraint(fields=('organisation',), name='duplicate_settings_once'),
        ),
        migrations.AddConstraint(
            model_name='duplicatesettings',
            constraint=models.CheckConstraint(condition=models.Q(('name_percent__range', (40, 100))), name='duplicate_percent_40_to_100'),
        ),
        migrations.AddIndex(
            model_name='leadmerge',
            index=models.Index(fields=['organisation', '-merged_at', '-id'], name='lead_merge_newest'),
        ),
        migrations.AddIndex(
            model_name='leadmerge',
            index=models.Index(fields=['organisation', 'keep'], name='lead_merge_of_keep'),
        ),
        migrations.AddIndex(
            model_name='leadmerge',
            index=models.Index(fields=['organisation', 'gone'], name='lead_merge_of_gone'),
        ),
        migrations.AddConstraint(
            model_name='leadmerge',
            constraint=models.UniqueConstraint(condition=models.Q(('undone_at', None)), fields=('organisation', 'gone'), name='lead_merge_once_of_gone'),
        ),
        migrations.AddConstraint(
            model_name='leadmerge',
            constraint=models.CheckConstraint(condition=models.Q(('keep', models.F('gone')), _negated=True), name='lead_merge_of_two'),
        ),
        migrations.AddConstraint(
            model_name='leadmerge',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('undone_at', None), ('undone_by', None)), models.Q(('undone_at__isnull', False), ('undone_by__isnull', False)), _connector='OR'), name='lead_merge_undone_at_and_by'),
        ),
        migrations.AddIndex(
            model_name='likelyduplicate',
            index=models.Index(condition=models.Q(('state', 'open')), fields=['organisation', '-score', '-id'], name='likely_duplicate_open'),
        ),
        migrations.AddIndex(
            model_name='likelyduplicate',
            index=models.Index(fields=['organisation', 'other'], name='likely_duplicate_of_other'),
        ),
        migrations.AddConstraint(
            model_name='likelyduplicate',
            constraint=models.UniqueConstraint(fields=('organisation', 'lead', 'other'), name='likely_duplicate_once'),
        ),
        migrations.AddConstraint(
            model_name='likelyduplicate',
            constraint=models.CheckConstraint(condition=models.Q(('lead__lt', models.F('other'))), name='likely_duplicate_smaller_id_first'),
        ),
        migrations.AddConstraint(
            model_name='likelyduplicate',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('dismissed_at__isnull', False), ('dismissed_by__isnull', False), ('state', 'dismissed')), models.Q(models.Q(('state', 'dismissed'), _negated=True), ('dismissed_at', None), ('dismissed_by', None)), _connector='OR'), name='likely_duplicate_dismissed_at_and_by'),
        ),
        *tenant_tables("leads_duplicatesettings", "leads_likelyduplicate", "leads_leadmerge"),
        *composite_keys(
            ("leads_lead", "merged_into_id", "leads_lead"),
            ("leads_likelyduplicate", "lead_id", "leads_lead"),
            ("leads_likelyduplicate", "other_id", "leads_lead"),
            ("leads_likelyduplicate", "dismissed_by_id", "accounts_membership"),
            ("leads_leadmerge", "keep_id", "leads_lead"),
            ("leads_leadmerge", "gone_id", "leads_lead"),
            ("leads_leadmerge", "merged_by_id", "accounts_membership"),
            ("leads_leadmerge", "undone_by_id", "accounts_membership"),
        ),
    ]
