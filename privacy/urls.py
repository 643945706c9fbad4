"""Addresses of privacy."""

from django.urls import URLPattern, URLResolver, path

from privacy.views import policies

app_name = "privacy"
urlpatterns: list[URLPattern | URLResolver] = [
    path("privacy/", policies.policies, name="policies"),
    path("privacy/<str:kind>/<int:version>/", policies.policy, name="policy"),
]
