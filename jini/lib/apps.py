"""The app-neutral code as an app, so that Django finds its template tags and tests."""

from django.apps import AppConfig


class LibConfig(AppConfig):
    name = "jini.lib"
    label = "jini_lib"

    def ready(self) -> None:
        from jini.lib import personal_data_checks  # noqa: F401, PLC0415 -- its check registers at import
