"""The teams app."""

from django.apps import AppConfig


class TeamsConfig(AppConfig):
    name = "teams"

    def ready(self) -> None:
        self._declare()
        from django.utils.translation import gettext_lazy as _  # noqa: PLC0415 -- registers at start

        from accounts import context  # noqa: PLC0415 -- registers at start
        from accounts.settings_menu import Page, add  # noqa: PLC0415 -- registers at start
        from jini.lib.founding import on_founding  # noqa: PLC0415 -- registers at start
        from jini.lib.removal import on_emptying  # noqa: PLC0415 -- registers at start
        from teams import tasks  # noqa: F401, PLC0415 -- its handler registers at import
        from teams.defaults import give_pause_codes  # noqa: PLC0415 -- models are loaded only now
        from teams.removal import empty  # noqa: PLC0415 -- models are loaded only now
        from teams.views.presence import menu  # noqa: PLC0415 -- models are loaded only now

        says = _("Why telecallers are away from the phone, and for how long.")
        add(Page("teams:pause_codes", _("Breaks"), "organisation", says=says))
        context.parts["presence"] = menu
        on_founding(give_pause_codes)
        on_emptying(empty)

    def _declare(self) -> None:
        from jini.lib import personal_data, purging, recorded  # noqa: PLC0415 -- registers at start
        from teams.personal_data import DECLARED  # noqa: PLC0415 -- registers at start
        from teams.purging import PURGES  # noqa: PLC0415 -- models are loaded only now
        from teams.recorded import LINES  # noqa: PLC0415 -- as above

        personal_data.declare(DECLARED)
        purging.register(*PURGES)
        recorded.register(*LINES)
