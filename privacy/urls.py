"""Addresses of privacy."""

from django.urls import URLPattern, URLResolver, path

from privacy.views import hours, policies

app_name = "privacy"
urlpatterns: list[URLPattern | URLResolver] = [
    path("settings/hours/", hours.hours, name="hours"),
    path("privacy/", policies.policies, name="policies"),
    path("privacy/<str:kind>/<int:version>/", policies.policy, name="policy"),
]
