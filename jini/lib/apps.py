"""The app-neutral code as an app, so that Django finds its template tags and tests."""

from django.apps import AppConfig


class LibConfig(AppConfig):
    name = "jini.lib"
    label = "jini_lib"
