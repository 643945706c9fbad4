"""Addresses of dialer."""

from django.urls import URLPattern, URLResolver, path

from dialer.views import dispositions

app_name = "dialer"
urlpatterns: list[URLPattern | URLResolver] = [
    path("settings/dispositions/", dispositions.dispositions, name="dispositions"),
    path("settings/dispositions/new/", dispositions.disposition, name="disposition_new"),
    path("settings/dispositions/<uuid:disposition>/", dispositions.disposition, name="disposition"),
]
