"""Addresses of leads."""

from django.urls import URLPattern, URLResolver, path

from leads.views import leads, statuses

app_name = "leads"
urlpatterns: list[URLPattern | URLResolver] = [
    path("leads/", leads.leads, name="list"),
    path("leads/new/", leads.new, name="new"),
    path("leads/<uuid:lead>/", leads.lead, name="lead"),
    path("leads/<uuid:lead>/notes/", leads.notes, name="notes"),
    path("leads/<uuid:lead>/status/<uuid:status>/", leads.move, name="move"),
    path("settings/statuses/", statuses.statuses, name="statuses"),
    path("settings/statuses/new/", statuses.status, name="status_new"),
    path("settings/statuses/<uuid:status>/", statuses.status, name="status"),
]
