"""The reports app."""

from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "reports"

    def ready(self) -> None:
        from jini.lib.removal import on_emptying  # noqa: PLC0415 -- registers at start
        from reports.removal import empty  # noqa: PLC0415 -- models are loaded only now

        on_emptying(empty)
