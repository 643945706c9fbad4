import django.db.models.deletion
from django.db import migrations, models

from accounts.migrations_tenancy import composite_keys


class Migration(migrations.Migration):

    dependencies = [
        ('teams', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='team',
            name='parent',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='teams.team', verbose_name='under the team'),
        ),
        migrations.AddConstraint(
            model_name='team',
            constraint=models.CheckConstraint(condition=models.Q(('parent', models.F('pk')), _negated=True), name='team_not_under_itself'),
        ),
        *composite_keys(("teams_team", "parent_id", "teams_team")),
    ]
