"""Addresses of teams."""

from django.urls import URLPattern, URLResolver, path

from teams.views import presence, teams

app_name = "teams"
urlpatterns: list[URLPattern | URLResolver] = [
    path("teams/", teams.teams, name="teams"),
    path("teams/new/", teams.team, name="team_new"),
    path("teams/<uuid:team>/", teams.team, name="team"),
    path("teams/<uuid:team>/dissolution/", teams.dissolution, name="dissolution"),
    path("presence/", presence.presence, name="presence"),
]
