"""Addresses of teams."""

from django.urls import URLPattern, URLResolver, path

from teams.views import pause_codes, presence, teams

app_name = "teams"
urlpatterns: list[URLPattern | URLResolver] = [
    path("teams/", teams.teams, name="teams"),
    path("teams/new/", teams.team, name="team_new"),
    path("teams/<uuid:team>/", teams.team, name="team"),
    path("teams/<uuid:team>/dissolution/", teams.dissolution, name="dissolution"),
    path("settings/pause-codes/", pause_codes.pause_codes, name="pause_codes"),
    path("settings/pause-codes/new/", pause_codes.pause_code, name="pause_code_new"),
    path("settings/pause-codes/<uuid:pause_code>/", pause_codes.pause_code, name="pause_code"),
    path("settings/pause-codes/<uuid:pause_code>/order/", pause_codes.pause_code_order, name="pause_code_order"),
    path("presence/", presence.presence, name="presence"),
]
