"""Addresses of teams."""

from django.urls import URLPattern, URLResolver, path

from teams.views import presence

app_name = "teams"
urlpatterns: list[URLPattern | URLResolver] = [
    path("presence/", presence.presence, name="presence"),
]
