"""Addresses of reports."""

from django.urls import URLPattern, URLResolver, path

from reports.views import figures

app_name = "reports"
urlpatterns: list[URLPattern | URLResolver] = [
    path("dashboard/", figures.dashboard, name="dashboard"),
    path("dashboard/<slug:part>/", figures.dashboard_part, name="dashboard_part"),
    path("dashboard/<slug:part>.csv", figures.dashboard_csv, name="dashboard_csv"),
    path("my-stats/", figures.my_stats, name="my_stats"),
    path("my-stats/<slug:part>/", figures.my_part, name="my_part"),
    path("my-stats/<slug:part>.csv", figures.my_csv, name="my_csv"),
    path("help/metrics/", figures.metrics, name="metrics"),
]
