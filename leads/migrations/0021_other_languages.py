"""A person speaks more than one language."""

import django.contrib.postgres.fields
import django.db.models.lookups
from django.db import migrations, models

# A check may not look into an array by a query of its own.
DIFFERENT = """
CREATE FUNCTION leads_all_different(text[]) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN
    (SELECT count(DISTINCT word) = cardinality($1) FROM unnest($1) AS words (word))
"""
LANGUAGES = [
    ("en", "English"),
    ("hi", "Hindi"),
    ("bn", "Bengali"),
    ("gu", "Gujarati"),
    ("kn", "Kannada"),
    ("ml", "Malayalam"),
    ("mr", "Marathi"),
    ("or", "Odia"),
    ("pa", "Punjabi"),
    ("ta", "Tamil"),
    ("te", "Telugu"),
    ("ur", "Urdu"),
]


class Migration(migrations.Migration):
    dependencies = [("leads", "0020_import_row_of_lead")]

    operations = [
        migrations.RunSQL(DIFFERENT, "DROP FUNCTION leads_all_different(text[])"),
        migrations.AddField(
            "lead",
            "other_languages",
            django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(choices=LANGUAGES, max_length=2),
                blank=True,
                db_default=models.Value(
                    [], output_field=django.contrib.postgres.fields.ArrayField(models.CharField(max_length=2))
                ),
                default=list,
                size=None,
                verbose_name="further languages",
            ),
        ),
        migrations.AddConstraint(
            "lead",
            models.CheckConstraint(
                condition=models.Q(other_languages=[])
                | ~models.Q(language="")
                & models.Q(
                    other_languages__contained_by=[code for code, __ in LANGUAGES], other_languages__len__lte=5
                )
                & models.Q(
                    django.db.models.lookups.Exact(
                        models.Func(
                            models.Func("language", "other_languages", function="array_prepend"),
                            function="leads_all_different",
                            output_field=models.BooleanField(),
                        ),
                        True,
                    )
                ),
                name="lead_other_languages_fit",
            ),
        ),
    ]
