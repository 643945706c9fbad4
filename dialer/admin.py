"""Outcomes, campaigns and calls, for an organisation's admins. Credentials are not shown here."""

from django.contrib import admin
from import_export.resources import ModelResource

from accounts.admin_base import ExchangeAdmin, ReadOnlyAdmin
from dialer.models import Call, Campaign, Disposition


class DispositionResource(ModelResource):  # type: ignore[misc]
    class Meta:
        model = Disposition
        fields = (
            "name",
            "name_hi",
            "group",
            "icon",
            "hot_key",
            "position",
            "is_active",
            "retry_minutes",
            "retry_attempts",
        )
        import_id_fields = ("name",)
        skip_unchanged = True


@admin.register(Disposition)
class DispositionAdmin(ExchangeAdmin):
    resource_classes = (DispositionResource,)
    can_delete = False
    list_display = ("name", "name_hi", "group", "hot_key", "position", "is_active")
    ordering = ("position",)


@admin.register(Campaign)
class CampaignAdmin(ReadOnlyAdmin):
    list_display = ("name", "state", "priority", "maximum_attempts", "created_at")
    ordering = ("-created_at",)


@admin.register(Call)
class CallAdmin(ReadOnlyAdmin):
    list_display = ("started_at", "status", "mode", "provider", "talk_seconds", "wrap_up_seconds")
    list_filter = ("status", "mode")
    ordering = ("-started_at", "-id")
