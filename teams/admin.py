"""Teams, pause codes and targets, for an organisation's admins."""

from django.contrib import admin

from accounts.admin_base import OrganisationAdmin
from teams.models import PauseCode, Target, Team, TeamMembership


@admin.register(Team)
class TeamAdmin(OrganisationAdmin):
    list_display = ("name",)
    ordering = ("name",)


@admin.register(TeamMembership)
class TeamMembershipAdmin(OrganisationAdmin):
    list_display = ("team", "member", "is_lead")


@admin.register(PauseCode)
class PauseCodeAdmin(OrganisationAdmin):
    can_delete = False
    list_display = ("name", "name_hi", "position", "is_active")
    ordering = ("position",)


@admin.register(Target)
class TargetAdmin(OrganisationAdmin):
    list_display = ("metric", "member", "value")
    ordering = ("metric",)
