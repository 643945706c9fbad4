"""Do-not-call facts for an organisation's admins; policy documents and acceptances for the superuser."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from import_export.resources import ModelResource

from accounts.admin_base import ExchangeAdmin, OperatorAdmin
from jini.lib.phone import read_phone
from privacy.models import Acceptance, DoNotCall, Policy


def read_one(raw: str) -> str:
    """Return the number in `raw` in E.164; raise ValidationError when there is none."""
    found = read_phone(raw)
    if found.fault is not None:
        raise ValidationError(f"No phone number: {found.fault.value.replace('_', ' ')}.")
    return found.numbers[0]


class DoNotCallForm(forms.ModelForm):  # type: ignore[type-arg]
    def clean_phone(self) -> str:
        phone = read_one(self.cleaned_data["phone"])
        if DoNotCall.objects.filter(phone=phone).exclude(pk=self.instance.pk).exists():
            raise ValidationError("This number is on the list already.")
        return phone


class DoNotCallResource(ModelResource):  # type: ignore[misc]
    class Meta:
        model = DoNotCall
        fields = ("phone", "source")
        import_id_fields = ("phone",)
        skip_unchanged = True

    def before_import_row(self, row: Any, **kwargs: Any) -> None:
        row["phone"] = read_one(str(row.get("phone") or ""))
        row["source"] = row.get("source") or DoNotCall.Source.IMPORT


@admin.register(DoNotCall)
class DoNotCallAdmin(ExchangeAdmin):
    resource_classes = (DoNotCallResource,)
    form = DoNotCallForm
    fields = ("phone", "source")
    list_display = ("phone", "source", "at")
    list_filter = ("source",)
    search_fields = ("phone",)
    ordering = ("-at",)


@admin.register(Policy)
class PolicyAdmin(OperatorAdmin):
    can_write = False
    list_display = ("kind", "version", "language", "effective_from", "sha256")


@admin.register(Acceptance)
class AcceptanceAdmin(OperatorAdmin):
    can_write = False
    list_display = ("user", "policy", "at")
    list_select_related = ("user", "policy")
