"""People, organisations and background work, for the superuser; the audit log, for an organisation's admins."""

from django.contrib import admin

from accounts.admin_base import OperatorAdmin, ReadOnlyAdmin
from accounts.models import ApiKey, AuditEntry, DueTask, Membership, Organisation, User


@admin.register(User)
class UserAdmin(OperatorAdmin):
    list_display = ("email", "first_name", "last_name", "is_active", "is_superuser", "date_joined")
    search_fields = ("email",)
    fields = ("email", "first_name", "last_name", "language", "is_active", "is_superuser")


@admin.register(Organisation)
class OrganisationsAdmin(OperatorAdmin):
    list_display = ("name", "state", "city", "calls_a_day", "is_demo", "created_at")
    list_filter = ("state", "is_demo")
    search_fields = ("name",)
    fields = ("name", "state", "time_zone", "calls_a_day")


@admin.register(Membership)
class MembershipAdmin(OperatorAdmin):
    can_write = False
    list_display = ("user", "organisation", "role", "deactivated_at")
    list_select_related = ("user", "organisation")


@admin.register(DueTask)
class DueTaskAdmin(OperatorAdmin):
    can_write = False
    list_display = ("task", "queue", "organisation", "due_at", "lease_until", "attempts", "last_error")
    list_filter = ("queue", "task")
    list_select_related = ("organisation",)


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnlyAdmin):
    list_display = ("at", "verb", "actor_name", "subject_type", "subject_id")
    list_filter = ("verb",)
    list_select_related = ("actor__user",)
    ordering = ("-at",)

    @admin.display(description="actor")
    def actor_name(self, entry: AuditEntry) -> str:
        return entry.actor.name if entry.actor else ""


@admin.register(ApiKey)
class ApiKeyAdmin(ReadOnlyAdmin):
    list_display = ("name", "token_end", "member_name", "created_at", "last_used_at", "revoked_at")
    list_select_related = ("member__user",)
    ordering = ("-created_at",)
    exclude = ("token_digest",)

    @admin.display(description="member")
    def member_name(self, key: ApiKey) -> str:
        return key.member.name
