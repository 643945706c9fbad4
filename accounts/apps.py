"""The accounts app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        self._declare()
        from accounts import context, settings_menu, tasks  # noqa: F401, PLC0415 -- tasks registers the due-task handlers
        from accounts.actions.notifying import unseen_count  # noqa: PLC0415 -- models are loaded only now
        from accounts.actions.pushing import forget_devices  # noqa: PLC0415 -- models are loaded only now
        from accounts.permissions import Permission  # noqa: PLC0415 -- needs the apps
        from accounts.removal import empty  # noqa: PLC0415 -- models are loaded only now
        from jini.lib import choices  # noqa: PLC0415 -- registers at start
        from jini.lib.removal import on_emptying  # noqa: PLC0415 -- registers at start

        context.parts["unseen"] = lambda request: unseen_count(request.member)  # type: ignore[attr-defined]
        on_emptying(empty)
        choices.on_withdrawal(choices.PUSH, forget_devices)

        settings_menu.add(
            settings_menu.Page(
                "accounts:organisation", _("Organisation"), "organisation", says=_("Name, zone, address, registration.")
            )
        )
        settings_menu.add(
            settings_menu.Page(
                "accounts:people",
                _("People"),
                "organisation",
                permission=Permission.PEOPLE_VIEW,
                says=_("Who works here, with which role; invitations."),
            )
        )
        settings_menu.add(
            settings_menu.Page(
                "accounts:api_keys",
                _("API keys"),
                "organisation",
                says=_("What lets other programs read and write here."),
            )
        )

    def _declare(self) -> None:
        from accounts import processors  # noqa: PLC0415 -- models are loaded only now
        from accounts.closing import stop  # noqa: PLC0415 -- as above
        from accounts.personal_data import DECLARED, IN_BROWSERS  # noqa: PLC0415 -- registers at start
        from accounts.purging import PURGES, SHARED  # noqa: PLC0415 -- as above
        from accounts.recorded import LINES  # noqa: PLC0415 -- as above
        from jini.lib import (  # noqa: PLC0415 -- registers at start
            browser_data,
            closing,
            personal_data,
            purging,
            recorded,
            shared_purging,
        )
        from jini.lib.processors import register  # noqa: PLC0415 -- registers at start

        closing.on_cancelling(stop)
        personal_data.declare(DECLARED)
        browser_data.declare(IN_BROWSERS)
        register(processors.of_installation)
        register(processors.push_services, processors.push_services_in_use)
        purging.register(*PURGES)
        shared_purging.register(*SHARED)
        recorded.register(*LINES)
