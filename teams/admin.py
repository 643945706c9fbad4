"""Teams, pause codes and targets, for an organisation's admins."""

from django.contrib import admin

from accounts.admin_base import OrganisationAdmin
from teams.models import PauseCode, Target, Team, TeamMembership


@admin.register(Team)
class TeamAdmin(OrganisationAdmin):
    list_display = ("name", "parent_name")
    list_select_related = ("parent",)
    ordering = ("name",)

    @admin.display(description="under the team")
    def parent_name(self, team: Team) -> str:
        return team.parent.name if team.parent else ""


@admin.register(TeamMembership)
class TeamMembershipAdmin(OrganisationAdmin):
    list_display = ("team", "member", "is_lead")


@admin.register(PauseCode)
class PauseCodeAdmin(OrganisationAdmin):
    can_delete = False
    list_display = ("name", "name_hi", "longest_minutes", "position", "is_active")
    ordering = ("position",)


@admin.register(Target)
class TargetAdmin(OrganisationAdmin):
    list_display = ("metric", "member", "value")
    ordering = ("metric",)
