"""The first tables, each behind the tenant boundary."""

import django.db.models.deletion
import django.db.models.functions.text
import jini.lib.ids
import leads.models.import_batch
from django.db import migrations, models


from accounts.migrations_tenancy import composite_keys, tenant_tables


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='ImportBatch',
            fields=[
                ('id', models.UUIDField(default=jini.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('state', models.CharField(choices=[('draft', 'Being prepared'), ('queued', 'Queued'), ('running', 'Running'), ('done', 'Done'), ('cancelled', 'Cancelled'), ('failed', 'Failed')], default='draft', max_length=10)),
                ('total', models.PositiveIntegerField(null=True)),
                ('done', models.PositiveIntegerField(default=0)),
                ('started_at', models.DateTimeField(null=True)),
                ('finished_at', models.DateTimeField(null=True)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('file', models.FileField(max_length=200, storage=leads.models.import_batch.private_storage, upload_to='')),
                ('file_name', models.CharField(max_length=200)),
                ('file_bytes', models.PositiveIntegerField()),
                ('format', models.JSONField(default=dict)),
                ('header', models.JSONField(default=list)),
                ('mapping', models.JSONField(default=dict)),
                ('header_signature', models.CharField(blank=True, max_length=64)),
                ('options', models.JSONField(default=dict)),
                ('preview', models.JSONField(default=dict)),
                ('counts', models.JSONField(default=dict)),
                ('cursor', models.JSONField(default=dict)),
                ('failure', models.CharField(blank=True, max_length=200)),
                ('undone_at', models.DateTimeField(null=True)),
                ('created_by', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                ('organisation', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation')),
            ],
        ),
        migrations.CreateModel(
            name='Lead',
            fields=[
                ('id', models.UUIDField(default=jini.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(blank=True, max_length=120, verbose_name='name')),
                ('phone', models.CharField(max_length=16, verbose_name='phone')),
                ('email', models.EmailField(blank=True, max_length=254, verbose_name='e-mail')),
                ('address', models.CharField(blank=True, max_length=200, verbose_name='address')),
                ('city', models.CharField(blank=True, max_length=80, verbose_name='city')),
                ('region', models.CharField(blank=True, max_length=80, verbose_name='state')),
                ('pin', models.CharField(blank=True, max_length=10, verbose_name='PIN code')),
                ('language', models.CharField(blank=True, choices=[('en', 'English'), ('hi', 'Hindi'), ('bn', 'Bengali'), ('gu', 'Gujarati'), ('kn', 'Kannada'), ('ml', 'Malayalam'), ('mr', 'Marathi'), ('or', 'Odia'), ('pa', 'Punjabi'), ('ta', 'Tamil'), ('te', 'Telugu'), ('ur', 'Urdu')], max_length=2, verbose_name='language')),
                ('source', models.CharField(blank=True, max_length=80, verbose_name='source')),
                ('legal_ground', models.CharField(blank=True, max_length=20, verbose_name='legal ground')),
                ('value', models.DecimalField(blank=True, decimal_places=2, max_digits=12, null=True, verbose_name='value')),
                ('assigned_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('attempts', models.PositiveSmallIntegerField(default=0, editable=False)),
                ('connected', models.PositiveSmallIntegerField(default=0, editable=False)),
                ('first_called_at', models.DateTimeField(editable=False, null=True)),
                ('last_called_at', models.DateTimeField(editable=False, null=True)),
                ('last_disposition_id', models.UUIDField(editable=False, null=True)),
                ('won_at', models.DateTimeField(editable=False, null=True)),
                ('created_at', models.DateTimeField(editable=False)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('assigned_to', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership', verbose_name='owner')),
                ('created_by', models.ForeignKey(db_constraint=False, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                ('import_batch', models.ForeignKey(blank=True, db_constraint=False, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='leads.importbatch')),
                ('organisation', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation')),
            ],
        ),
        migrations.CreateModel(
            name='ImportRow',
            fields=[
                ('id', models.UUIDField(default=jini.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('number', models.PositiveIntegerField()),
                ('verdict', models.CharField(choices=[('new', 'New'), ('updated', 'Updated'), ('duplicate', 'Duplicate'), ('error', 'Error')], max_length=10)),
                ('original', models.JSONField(null=True)),
                ('before', models.JSONField(null=True)),
                ('errors', models.JSONField(null=True)),
                ('batch', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='rows', to='leads.importbatch')),
                ('organisation', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation')),
                ('lead', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='leads.lead')),
            ],
        ),
        migrations.CreateModel(
            name='FollowUp',
            fields=[
                ('id', models.UUIDField(default=jini.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('task', 'Follow-up'), ('callback', 'Callback')], default='task', max_length=10)),
                ('due_at', models.DateTimeField(verbose_name='due')),
                ('note', models.CharField(blank=True, max_length=200, verbose_name='note')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('done_at', models.DateTimeField(editable=False, null=True)),
                ('cancelled_at', models.DateTimeField(editable=False, null=True)),
                ('assigned_to', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                ('created_by', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                ('done_by', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                ('organisation', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation')),
                ('lead', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='follow_ups', to='leads.lead')),
            ],
        ),
        migrations.CreateModel(
            name='Activity',
            fields=[
                ('id', models.UUIDField(default=jini.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('created', 'Created'), ('import', 'Import'), ('call', 'Call'), ('note', 'Note'), ('message', 'Message'), ('status', 'Status'), ('change', 'Change'), ('assigned', 'Owner'), ('follow_up', 'Follow-up'), ('consent', 'Consent')], max_length=10)),
                ('at', models.DateTimeField()),
                ('text', models.TextField(blank=True)),
                ('details', models.JSONField(default=dict)),
                ('actor', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                ('organisation', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation')),
                ('lead', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='activities', to='leads.lead')),
            ],
        ),
        migrations.CreateModel(
            name='LeadPhone',
            fields=[
                ('id', models.UUIDField(default=jini.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('phone', models.CharField(max_length=16, verbose_name='phone')),
                ('position', models.PositiveSmallIntegerField(default=1)),
                ('lead', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='phones', to='leads.lead')),
                ('organisation', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation')),
            ],
        ),
        migrations.CreateModel(
            name='Status',
            fields=[
                ('id', models.UUIDField(default=jini.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=60, verbose_name='name')),
                ('name_hi', models.CharField(blank=True, max_length=60, verbose_name='name in Hindi')),
                ('kind', models.CharField(choices=[('open', 'Open'), ('on_hold', 'On hold'), ('won', 'Won'), ('lost', 'Lost'), ('invalid', 'Invalid')], default='open', max_length=10, verbose_name='kind')),
                ('colour', models.CharField(choices=[('blue', 'Blue'), ('teal', 'Teal'), ('green', 'Green'), ('amber', 'Amber'), ('orange', 'Orange'), ('red', 'Red'), ('purple', 'Purple'), ('grey', 'Grey')], default='blue', max_length=10, verbose_name='colour')),
                ('position', models.PositiveSmallIntegerField(default=0, verbose_name='position')),
                ('is_active', models.BooleanField(default=True, verbose_name='in use')),
                ('is_initial', models.BooleanField(default=False, verbose_name='for new leads')),
                ('organisation', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation')),
            ],
        ),
        migrations.AddField(
            model_name='lead',
            name='status',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='leads.status', verbose_name='status'),
        ),
        migrations.CreateModel(
            name='Tag',
            fields=[
                ('id', models.UUIDField(default=jini.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=40, verbose_name='name')),
                ('organisation', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation')),
            ],
        ),
        migrations.CreateModel(
            name='LeadTag',
            fields=[
                ('id', models.UUIDField(default=jini.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('lead', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='lead_tags', to='leads.lead')),
                ('organisation', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation')),
                ('tag', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='leads.tag')),
            ],
        ),
        migrations.AddField(
            model_name='lead',
            name='tags',
            field=models.ManyToManyField(related_name='+', through='leads.LeadTag', to='leads.tag'),
        ),
        migrations.AddIndex(
            model_name='importbatch',
            index=models.Index(fields=['organisation', '-created_at', '-id'], name='import_newest'),
        ),
        migrations.AddIndex(
            model_name='importbatch',
            index=models.Index(fields=['organisation', 'header_signature'], name='import_by_header'),
        ),
        migrations.AddIndex(
            model_name='importrow',
            index=models.Index(fields=['organisation', 'batch', 'verdict', 'number'], name='import_row_by_verdict'),
        ),
        migrations.AddConstraint(
            model_name='importrow',
            constraint=models.UniqueConstraint(fields=('organisation', 'batch', 'number'), name='import_row_once'),
        ),
        migrations.AddIndex(
            model_name='followup',
            index=models.Index(condition=models.Q(('cancelled_at', None), ('done_at', None)), fields=['organisation', 'assigned_to', 'due_at'], name='follow_up_open_of_member'),
        ),
        migrations.AddIndex(
            model_name='followup',
            index=models.Index(fields=['organisation', 'due_at'], name='follow_up_by_due'),
        ),
        migrations.AddIndex(
            model_name='followup',
            index=models.Index(fields=['organisation', 'lead', 'due_at'], name='follow_up_of_lead'),
        ),
        migrations.AddConstraint(
            model_name='followup',
            constraint=models.CheckConstraint(condition=models.Q(('done_at', None), ('cancelled_at', None), _connector='OR'), name='follow_up_done_or_cancelled'),
        ),
        migrations.AddIndex(
            model_name='activity',
            index=models.Index(fields=['organisation', 'lead', '-at', '-id'], name='activity_newest_of_lead'),
        ),
        migrations.AddIndex(
            model_name='leadphone',
            index=models.Index(fields=['organisation', 'phone'], name='lead_by_alternate'),
        ),
        migrations.AddConstraint(
            model_name='leadphone',
            constraint=models.UniqueConstraint(fields=('organisation', 'lead', 'phone'), name='lead_phone_alternate_once'),
        ),
        migrations.AddConstraint(
            model_name='leadphone',
            constraint=models.CheckConstraint(condition=models.Q(('phone__regex', '^\\+[0-9]{6,15}$')), name='lead_alternate_is_e164'),
        ),
        migrations.AddConstraint(
            model_name='status',
            constraint=models.UniqueConstraint(models.F('organisation'), django.db.models.functions.text.Lower('name'), name='status_name_once'),
        ),
        migrations.AddConstraint(
            model_name='status',
            constraint=models.UniqueConstraint(condition=models.Q(('is_initial', True)), fields=('organisation',), name='status_one_for_new_leads'),
        ),
        migrations.AddConstraint(
            model_name='tag',
            constraint=models.UniqueConstraint(models.F('organisation'), django.db.models.functions.text.Lower('name'), name='tag_name_once'),
        ),
        migrations.AddIndex(
            model_name='leadtag',
            index=models.Index(fields=['organisation', 'tag', 'lead'], name='lead_by_tag'),
        ),
        migrations.AddConstraint(
            model_name='leadtag',
            constraint=models.UniqueConstraint(fields=('organisation', 'lead', 'tag'), name='lead_tag_once'),
        ),
        migrations.AddIndex(
            model_name='lead',
            index=models.Index(fields=['organisation', '-created_at', '-id'], name='lead_newest'),
        ),
        migrations.AddIndex(
            model_name='lead',
            index=models.Index(fields=['organisation', 'assigned_to', '-created_at', '-id'], name='lead_newest_of_owner'),
        ),
        migrations.AddIndex(
            model_name='lead',
            index=models.Index(fields=['organisation', 'status', '-created_at', '-id'], name='lead_newest_in_status'),
        ),
        migrations.AddConstraint(
            model_name='lead',
            constraint=models.UniqueConstraint(fields=('organisation', 'phone'), name='lead_phone_once'),
        ),
        migrations.AddConstraint(
            model_name='lead',
            constraint=models.CheckConstraint(condition=models.Q(('phone__regex', '^\\+[0-9]{6,15}$')), name='lead_phone_is_e164'),
        ),
        migrations.AddConstraint(
            model_name='lead',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('assigned_at', None), ('assigned_to', None)), models.Q(('assigned_at__isnull', False), ('assigned_to__isnull', False)), _connector='OR'), name='lead_assigned_to_and_at'),
        ),
        migrations.AddConstraint(
            model_name='lead',
            constraint=models.CheckConstraint(condition=models.Q(('connected__lte', models.F('attempts'))), name='lead_connected_of_attempts'),
        ),
        *tenant_tables(
            "leads_activity",
            "leads_followup",
            "leads_importbatch",
            "leads_importrow",
            "leads_status",
            "leads_lead",
            "leads_leadphone",
            "leads_leadtag",
            "leads_tag",
        ),
        *composite_keys(
            ("leads_activity", "lead_id", "leads_lead"),
            ("leads_activity", "actor_id", "accounts_membership"),
            ("leads_followup", "lead_id", "leads_lead"),
            ("leads_followup", "assigned_to_id", "accounts_membership"),
            ("leads_followup", "created_by_id", "accounts_membership"),
            ("leads_followup", "done_by_id", "accounts_membership"),
            ("leads_importbatch", "created_by_id", "accounts_membership"),
            ("leads_importrow", "batch_id", "leads_importbatch"),
            ("leads_importrow", "lead_id", "leads_lead"),
            ("leads_lead", "status_id", "leads_status"),
            ("leads_lead", "assigned_to_id", "accounts_membership"),
            ("leads_lead", "import_batch_id", "leads_importbatch"),
            ("leads_lead", "created_by_id", "accounts_membership"),
            ("leads_leadphone", "lead_id", "leads_lead"),
            ("leads_leadtag", "lead_id", "leads_lead"),
            ("leads_leadtag", "tag_id", "leads_tag"),
        ),
    ]
