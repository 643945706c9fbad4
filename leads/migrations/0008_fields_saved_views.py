"""Views of the lead list under a name."""

import django.db.models.deletion
import django.db.models.functions.text
import jini.lib.ids
from django.db import migrations, models

from accounts.migrations_tenancy import composite_keys, tenant_tables


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0001_initial'),
        ('leads', '0007_fields_custom'),
        ('teams', '0002_team_parent'),
    ]

    operations = [
        migrations.CreateModel(
            name='SavedView',
            fields=[
                ('id', models.UUIDField(default=jini.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=60, verbose_name='name')),
                ('query', models.CharField(blank=True, max_length=1000)),
                ('sharing', models.CharField(choices=[('own', 'Only me'), ('team', 'A team'), ('organisation', 'Everybody')], default='own', max_length=20, verbose_name='who has it')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('organisation', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation')),
                ('owner', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                ('team', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='teams.team', verbose_name='team')),
            ],
            options={
                'indexes': [models.Index(fields=['organisation', 'sharing'], name='saved_view_by_sharing')],
                'constraints': [models.UniqueConstraint(models.F('organisation'), models.F('owner'), django.db.models.functions.text.Lower('name'), name='saved_view_name_once_of_owner'), models.CheckConstraint(condition=models.Q(('sharing', 'team'), ('team', None), _connector='OR'), name='saved_view_team_if_shared_with_one')],
            },
        ),
        migrations.CreateModel(
            name='ViewMark',
            fields=[
                ('id', models.UUIDField(default=jini.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('view', models.CharField(max_length=36)),
                ('is_pinned', models.BooleanField(default=False)),
                ('is_default', models.BooleanField(default=False)),
                ('member', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.membership')),
                ('organisation', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('organisation', 'member', 'view'), name='view_mark_once'), models.UniqueConstraint(condition=models.Q(('is_default', True)), fields=('organisation', 'member'), name='view_mark_one_default')],
            },
        ),
        *tenant_tables("leads_savedview", "leads_viewmark"),
        *composite_keys(
            ("leads_savedview", "owner_id", "accounts_membership"),
            ("leads_savedview", "team_id", "teams_team"),
            ("leads_viewmark", "member_id", "accounts_membership"),
        ),
    ]
