"""Outcomes, campaigns and calls, for an organisation's admins. Credentials are not shown here."""

from django.contrib import admin
from import_export.resources import ModelResource

from accounts.admin_base import ExchangeAdmin, OperatorAdmin, ReadOnlyAdmin
from dialer.models import Call, CallLogImport, Campaign, Device, DeviceCall, Disposition, InstallationStop


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


@admin.register(InstallationStop)
class InstallationStopAdmin(OperatorAdmin):
    """The switch that stops every organisation's calls: adding one stops them, a time in `ended at` lets them go."""

    list_display = ("started_at", "reason", "ended_at")
    fields = ("reason", "ended_at")
    ordering = ("-started_at",)


@admin.register(Device)
class DeviceAdmin(ReadOnlyAdmin):
    list_display = ("name", "token_end", "member_name", "synced_at", "app_version", "revoked_at")
    list_select_related = ("member__user",)
    ordering = ("-created_at",)
    exclude = ("token_digest",)

    @admin.display(description="member")
    def member_name(self, device: Device) -> str:
        return device.member.name


@admin.register(DeviceCall)
class DeviceCallAdmin(ReadOnlyAdmin):
    list_display = ("logged_at", "joined", "direction", "seconds", "received_at")
    list_filter = ("joined", "direction")
    ordering = ("-received_at", "-id")


@admin.register(CallLogImport)
class CallLogImportAdmin(ReadOnlyAdmin):
    list_display = ("created_at", "file_name", "state", "total", "done")
    ordering = ("-created_at",)
    exclude = ("rows", "refused")
