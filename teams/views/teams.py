"""Teams and their people."""

import uuid

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.middleware import MemberRequest
from accounts.permissions import Permission, Role, requires
from jini.lib.fragments import toast
from teams.actions.teams import dissolve_team, save_team
from teams.forms import TeamForm
from teams.models import Team, TeamMembership
from teams.visibility import people_seen_by, teams_seen_by


@require_safe
@requires(Permission.PEOPLE_VIEW)
def teams(request: MemberRequest) -> HttpResponse:
    rows = list(TeamMembership.objects.select_related("member__user").order_by("-is_lead", "member__user__first_name"))
    everybody = people_seen_by(request.member).active().filter(role__in=[Role.TELECALLER, Role.MANAGER])
    seen = teams_seen_by(request.member).select_related("parent").order_by("name")
    context = {
        "teams": [(team, [row for row in rows if row.team_id == team.pk]) for team in seen],
        "without": everybody.exclude(pk__in=[row.member_id for row in rows]).select_related("user"),
        "may_edit": request.member.may(Permission.PEOPLE_EDIT),
    }
    return TemplateResponse(request, "teams/teams.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.PEOPLE_EDIT)
def team(request: MemberRequest, team: uuid.UUID | None = None) -> HttpResponse:
    """Change a team, or without an id make a new one."""
    found = get_object_or_404(Team, pk=team) if team else Team()
    form = TeamForm(request.POST if request.method == "POST" else None, instance=found)
    if request.method == "POST" and form.is_valid():
        people = form.cleaned_data
        save_team(form.instance, members=people["members"], leads=people["leads"], by=request.member)
        toast(request, _("Saved."))
        return redirect("teams:teams")
    context = {"form": form, "team": Team.objects.get(pk=team) if team else None}
    return TemplateResponse(request, "teams/team.html", context, status=422 if form.is_bound else 200)


@require_POST
@requires(Permission.PEOPLE_EDIT)
def dissolution(request: MemberRequest, team: uuid.UUID) -> HttpResponse:
    dissolve_team(get_object_or_404(Team, pk=team), by=request.member)
    toast(request, _("The team is dissolved; its people are in no team."))
    return redirect("teams:teams")
