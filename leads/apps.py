"""The leads app."""

from django.apps import AppConfig


class LeadsConfig(AppConfig):
    name = "leads"

    def ready(self) -> None:
        from jini.lib.founding import on_founding  # noqa: PLC0415 -- registers at start
        from leads.defaults import give_statuses  # noqa: PLC0415 -- models are loaded only now

        on_founding(give_statuses)
