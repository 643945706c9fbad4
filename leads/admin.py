"""Leads and their words, for an organisation's admins."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils import timezone
from import_export.resources import ModelResource

from accounts.admin_base import ExchangeAdmin, ReadOnlyAdmin
from leads.erased import refuse_typed
from leads.forms import OWN, SpokenForm, one_number
from leads.languages import first_and_further
from leads.models import FollowUp, ImportBatch, Lead, Status, Tag


class PhoneForm(SpokenForm):
    """Reads the number as people write it, and refuses one that another row has: a constraint the form cannot see."""

    def clean_phone(self) -> str:
        phone = one_number(self.cleaned_data["phone"])
        if phone != self.instance.phone:
            refuse_typed(phone=phone)
        if type(self.instance).objects.filter(phone=phone).exclude(pk=self.instance.pk).exists():
            raise ValidationError("This number is on another row already.")
        return phone


class LeadResource(ModelResource):  # type: ignore[misc]
    class Meta:
        model = Lead
        fields = OWN
        import_id_fields = ("phone",)
        skip_unchanged = True
        report_skipped = True

    def before_import_row(self, row: Any, **kwargs: Any) -> None:
        row["phone"] = one_number(str(row.get("phone") or ""))
        refuse_typed(phone=row["phone"], email=str(row.get("email") or ""))

    def before_save_instance(self, instance: Lead, row: Any, **kwargs: Any) -> None:
        new_lead(instance)
        spoken = [instance.language, *instance.other_languages]
        instance.language, instance.other_languages = first_and_further(spoken)


def new_lead(lead: Lead) -> None:
    """Give a lead that has none its first status and its time of creation."""
    if lead.created_at is None:
        lead.created_at = timezone.now()
        lead.status = Status.objects.get(is_initial=True)


@admin.register(Lead)
class LeadAdmin(ExchangeAdmin):
    """Status and owner change on the lead's own page, where the change is written into its timeline."""

    resource_classes = (LeadResource,)
    form = PhoneForm
    can_delete = False
    fields = OWN
    list_display = ("name", "phone", "city", "status_label", "attempts", "created_at")
    list_select_related = ("status",)
    ordering = ("-created_at", "-id")
    search_fields = ("phone", "name")

    @admin.display(description="status")
    def status_label(self, lead: Lead) -> str:
        return lead.status.label

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:  # noqa: FBT001 -- Django's signature
        new_lead(obj)
        super().save_model(request, obj, form, change)


class StatusResource(ModelResource):  # type: ignore[misc]
    class Meta:
        model = Status
        fields = ("name", "name_hi", "kind", "colour", "position", "is_active")
        import_id_fields = ("name",)
        skip_unchanged = True


@admin.register(Status)
class StatusAdmin(ExchangeAdmin):
    resource_classes = (StatusResource,)
    can_delete = False
    list_display = ("name", "name_hi", "kind", "colour", "position", "is_active")
    ordering = ("position",)


class TagResource(ModelResource):  # type: ignore[misc]
    class Meta:
        model = Tag
        fields = ("name",)
        import_id_fields = ("name",)
        skip_unchanged = True


@admin.register(Tag)
class TagAdmin(ExchangeAdmin):
    resource_classes = (TagResource,)
    list_display = ("name",)
    ordering = ("name",)


@admin.register(FollowUp)
class FollowUpAdmin(ReadOnlyAdmin):
    list_display = ("due_at", "kind", "lead", "done_at", "cancelled_at")
    ordering = ("-due_at",)


@admin.register(ImportBatch)
class ImportBatchAdmin(ReadOnlyAdmin):
    list_display = ("created_at", "file_name", "state", "done", "total")
    ordering = ("-created_at",)
