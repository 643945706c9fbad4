"""Addresses of dialer."""

from django.urls import URLPattern, URLResolver

app_name = "dialer"
urlpatterns: list[URLPattern | URLResolver] = []
