"""Fields that an organisation adds to its leads, and finding leads by them."""

import django.db.models.deletion
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import migrations, models
from django.db.models.functions import Lower
from django.db.models.lookups import Exact

import jini.lib.ids
from accounts.migrations_tenancy import SEARCHER, search_function, tenant_tables

# Letters of either case are one; what folds is JSON afterwards as before, for an escape has no other capital than in \u,
# and there capitals and small letters are the same digits.
FOLDED = """
CREATE FUNCTION leads_custom_folded(jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN
    CASE WHEN $1 = '{}'::jsonb THEN $1 ELSE lower($1::text)::jsonb END
"""
# Names the leads that hold p_part, unless they are more than p_most (of which one more is returned) or so frequent among
# the newest that a list read in its order is full at once (NULL, at the cost of reading those).
HOLDING = """
CREATE FUNCTION leads_holding(p_organisation uuid, p_part jsonb, p_most integer) RETURNS uuid[]
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    is_frequent boolean;
    part jsonb := public.leads_custom_folded(p_part);
BEGIN
    IF p_organisation IS DISTINCT FROM nullif(current_setting('jini.organisation', true), '')::uuid THEN
        RAISE EXCEPTION 'search in another organisation than that of the scope' USING ERRCODE = 'insufficient_privilege';
    END IF;
    SELECT count(*) > 100 INTO is_frequent FROM (
        SELECT custom FROM public.leads_lead WHERE organisation_id = p_organisation ORDER BY created_at DESC, id DESC LIMIT 1000
    ) AS newest WHERE public.leads_custom_folded(custom) @> part;
    IF is_frequent THEN
        RETURN NULL;
    END IF;
    RETURN array(
        SELECT id FROM public.leads_lead
        WHERE organisation_id = p_organisation AND custom <> '{}'::jsonb AND public.leads_custom_folded(custom) @> part
        LIMIT p_most + 1
    );
END
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial"), ("leads", "0006_list_order")]

    operations = [
        migrations.RunSQL(FOLDED, "DROP FUNCTION leads_custom_folded(jsonb)"),
        migrations.CreateModel(
            name="CustomField",
            fields=[
                ("id", models.UUIDField(default=jini.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ("name", models.CharField(max_length=60, verbose_name="name")),
                ("name_hi", models.CharField(blank=True, max_length=60, verbose_name="name in Hindi")),
                ("number", models.PositiveSmallIntegerField(editable=False)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("text", "Text"),
                            ("number", "Number"),
                            ("money", "Amount in rupees"),
                            ("date", "Date"),
                            ("choice", "One of several choices"),
                            ("choices", "Any of several choices"),
                            ("phone", "Phone"),
                            ("email", "E-mail"),
                            ("url", "Web address"),
                            ("yes_no", "Yes or no"),
                        ],
                        default="text",
                        max_length=10,
                        verbose_name="kind",
                    ),
                ),
                ("choices", models.JSONField(blank=True, default=list)),
                ("position", models.PositiveSmallIntegerField(default=0, verbose_name="position")),
                ("is_required", models.BooleanField(default=False, verbose_name="required")),
                ("is_active", models.BooleanField(default=True, verbose_name="in use")),
                (
                    "organisation",
                    models.ForeignKey(
                        db_index=False,
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.organisation",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        models.F("organisation"), Lower("name"), name="custom_field_name_once"
                    ),
                    models.UniqueConstraint(fields=("organisation", "number"), name="custom_field_number_once"),
                ],
            },
        ),
        *tenant_tables("leads_customfield"),
        migrations.AddField(
            model_name="lead",
            name="custom",
            field=models.JSONField(
                blank=True,
                db_default=models.Value({}, output_field=models.JSONField()),
                default=dict,
                editable=False,
            ),
        ),
        migrations.AddIndex(
            model_name="lead",
            index=GinIndex(
                OpClass("organisation", "uuid_ops"),
                OpClass(models.Func("custom", function="leads_custom_folded"), "jsonb_path_ops"),
                condition=~models.Q(custom={}),
                name="lead_by_custom",
            ),
        ),
        migrations.AddConstraint(
            model_name="lead",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    Exact(models.Func("custom", function="jsonb_typeof", output_field=models.TextField()), "object")
                ),
                name="lead_custom_is_object",
            ),
        ),
        migrations.RunSQL(
            f"GRANT SELECT (custom) ON leads_lead TO {SEARCHER}", f"REVOKE SELECT (custom) ON leads_lead FROM {SEARCHER}"
        ),
        search_function("leads_holding(uuid, jsonb, integer)", HOLDING),
    ]
