"""The teams app."""

from django.apps import AppConfig


class TeamsConfig(AppConfig):
    name = "teams"

    def ready(self) -> None:
        from accounts import context  # noqa: PLC0415 -- registers at start
        from jini.lib.founding import on_founding  # noqa: PLC0415 -- registers at start
        from jini.lib.removal import on_emptying  # noqa: PLC0415 -- registers at start
        from teams import tasks  # noqa: F401, PLC0415 -- its handler registers at import
        from teams.defaults import give_pause_codes  # noqa: PLC0415 -- models are loaded only now
        from teams.removal import empty  # noqa: PLC0415 -- models are loaded only now
        from teams.views.presence import menu  # noqa: PLC0415 -- models are loaded only now

        context.parts["presence"] = menu
        on_founding(give_pause_codes)
        on_emptying(empty)
