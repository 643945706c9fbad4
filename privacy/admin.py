"""Do-not-call facts for an organisation's admins; policy documents and acceptances for the superuser."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from import_export.resources import ModelResource

from accounts.admin_base import ExchangeAdmin, OperatorAdmin
from jini.lib.phone import read_phone
from privacy.actions.publishing import publish_own
from privacy.models import Acceptance, DoNotCall, Policy
from privacy.policies import LANGUAGES
from privacy.policy_forms import PublishForm


def read_one(raw: str) -> str:
    """Return the number in `raw` in E.164; raise ValidationError when there is none."""
    found = read_phone(raw)
    if found.fault is not None:
        raise ValidationError(f"No phone number: {found.fault.value.replace('_', ' ')}.")
    return found.numbers[0]


class DoNotCallForm(forms.ModelForm):  # type: ignore[type-arg]
    def clean_phone(self) -> str:
        phone = read_one(self.cleaned_data["phone"])
        if DoNotCall.objects.standing().filter(phone=phone).exclude(pk=self.instance.pk).exists():
            raise ValidationError("This number is on the list already.")
        return phone


class DoNotCallResource(ModelResource):  # type: ignore[misc]
    class Meta:
        model = DoNotCall
        fields = ("phone", "source")
        import_id_fields = ("phone",)
        skip_unchanged = True

    def get_queryset(self) -> Any:
        return DoNotCall.objects.standing()

    def before_import_row(self, row: Any, **kwargs: Any) -> None:
        row["phone"] = read_one(str(row.get("phone") or ""))
        row["source"] = row.get("source") or DoNotCall.Source.IMPORT


@admin.register(DoNotCall)
class DoNotCallAdmin(ExchangeAdmin):
    """Numbers are put on the list here; they are lifted on the page of the lead, which keeps who did it and why."""

    can_delete = False
    resource_classes = (DoNotCallResource,)
    form = DoNotCallForm
    fields = ("phone", "source")
    list_display = ("phone", "channel", "source", "at", "lifted_at")
    list_filter = ("channel", "source")
    search_fields = ("phone",)
    ordering = ("-at",)


@admin.register(Policy)
class PolicyAdmin(OperatorAdmin):
    """Published texts are read here; the next one is written here. None is changed."""

    form = PublishForm
    list_display = ("kind", "version", "language", "effective_from", "is_material", "sha256")
    list_filter = ("kind", "language", "is_material")
    ordering = ("kind", "-version", "language")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            return [
                *("kind", "effective_on", "is_material", "summary_en", "summary_hi", "body_en", "body_hi"),
            ]
        return [
            "kind",
            "version",
            "language",
            "effective_from",
            "published_at",
            "is_material",
            "summary",
            "sha256",
            "body",
        ]

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:  # noqa: FBT001 -- as Django calls it
        written = form.cleaned_data
        published = publish_own(
            written["kind"],
            bodies={language: written[f"body_{language}"] for language in LANGUAGES},
            summaries={language: written[f"summary_{language}"] for language in LANGUAGES},
            effective_on=written["effective_on"],
            is_material=written["is_material"],
        )
        # What the site writes into its own log is the published row.
        obj.__dict__.update(published.__dict__)


@admin.register(Acceptance)
class AcceptanceAdmin(OperatorAdmin):
    """The ledger: who accepted which text when, in which words, from where."""

    can_write = False
    list_display = ("user", "policy", "at", "sha256", "ip_address")
    list_select_related = ("user", "policy")
    list_filter = ("policy__kind", "policy__version")
    search_fields = ("user__email",)
    date_hierarchy = "at"
