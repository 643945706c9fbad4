"""Scripts in versions, those of a campaign, and the way through one in a call."""

import django.db.models.deletion
import django.db.models.functions.text
import jini.lib.ids
from django.db import migrations, models

from accounts.migrations_tenancy import composite_keys, tenant_tables


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0005_api_keys'),
        ('dialer', '0015_lists'),
    ]

    operations = [
        migrations.AddField(
            model_name='dialersettings',
            name='language',
            field=models.CharField(choices=[('en', 'English'), ('hi', 'Hindi'), ('bn', 'Bengali'), ('gu', 'Gujarati'), ('kn', 'Kannada'), ('ml', 'Malayalam'), ('mr', 'Marathi'), ('or', 'Odia'), ('pa', 'Punjabi'), ('ta', 'Tamil'), ('te', 'Telugu'), ('ur', 'Urdu')], default='en', max_length=2, verbose_name='Language of scripts for leads whose own is not known'),
        ),
        migrations.CreateModel(
            name='Script',
            fields=[
                ('id', models.UUIDField(default=jini.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=80, verbose_name='name')),
                ('language', models.CharField(choices=[('en', 'English'), ('hi', 'Hindi'), ('bn', 'Bengali'), ('gu', 'Gujarati'), ('kn', 'Kannada'), ('ml', 'Malayalam'), ('mr', 'Marathi'), ('or', 'Odia'), ('pa', 'Punjabi'), ('ta', 'Tamil'), ('te', 'Telugu'), ('ur', 'Urdu')], max_length=2, verbose_name='language')),
                ('version', models.PositiveIntegerField(default=0)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('created_by', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                ('organisation', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation')),
            ],
        ),
        migrations.CreateModel(
            name='CampaignScript',
            fields=[
                ('id', models.UUIDField(default=jini.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('language', models.CharField(choices=[('en', 'English'), ('hi', 'Hindi'), ('bn', 'Bengali'), ('gu', 'Gujarati'), ('kn', 'Kannada'), ('ml', 'Malayalam'), ('mr', 'Marathi'), ('or', 'Odia'), ('pa', 'Punjabi'), ('ta', 'Tamil'), ('te', 'Telugu'), ('ur', 'Urdu')], max_length=2)),
                ('campaign', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='scripts', to='dialer.campaign')),
                ('organisation', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation')),
                ('script', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='dialer.script')),
            ],
        ),
        migrations.CreateModel(
            name='ScriptVersion',
            fields=[
                ('id', models.UUIDField(default=jini.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('number', models.PositiveIntegerField()),
                ('content', models.JSONField()),
                ('made_at', models.DateTimeField(auto_now_add=True)),
                ('made_by', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                ('organisation', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation')),
                ('script', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='versions', to='dialer.script')),
            ],
        ),
        migrations.CreateModel(
            name='CallScript',
            fields=[
                ('id', models.UUIDField(default=jini.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('path', models.JSONField(default=list)),
                ('call', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='dialer.call')),
                ('organisation', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation')),
                ('version', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='dialer.scriptversion')),
            ],
        ),
        migrations.AddConstraint(
            model_name='script',
            constraint=models.UniqueConstraint(models.F('organisation'), django.db.models.functions.text.Lower('name'), models.F('language'), name='script_name_once'),
        ),
        migrations.AddConstraint(
            model_name='campaignscript',
            constraint=models.UniqueConstraint(fields=('organisation', 'campaign', 'language'), name='campaign_script_once'),
        ),
        migrations.AddConstraint(
            model_name='scriptversion',
            constraint=models.UniqueConstraint(fields=('organisation', 'script', 'number'), name='script_version_once'),
        ),
        migrations.AddConstraint(
            model_name='callscript',
            constraint=models.UniqueConstraint(fields=('organisation', 'call'), name='call_script_once'),
        ),
        *tenant_tables("dialer_script", "dialer_scriptversion", "dialer_campaignscript", "dialer_callscript"),
        *composite_keys(
            ("dialer_script", "created_by_id", "accounts_membership"),
            ("dialer_scriptversion", "script_id", "dialer_script"),
            ("dialer_scriptversion", "made_by_id", "accounts_membership"),
            ("dialer_campaignscript", "campaign_id", "dialer_campaign"),
            ("dialer_campaignscript", "script_id", "dialer_script"),
            ("dialer_callscript", "call_id", "dialer_call"),
            ("dialer_callscript", "version_id", "dialer_scriptversion"),
        ),
    ]
