"""The accounts app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        from accounts import context, settings_menu, tasks  # noqa: F401, PLC0415 -- tasks registers the due-task handlers
        from accounts.actions.notifying import owe_purge, unseen_count  # noqa: PLC0415 -- models are loaded only now
        from accounts.permissions import Permission  # noqa: PLC0415 -- needs the apps
        from accounts.removal import empty  # noqa: PLC0415 -- models are loaded only now
        from jini.lib.founding import on_founding  # noqa: PLC0415 -- registers at start
        from jini.lib.removal import on_emptying  # noqa: PLC0415 -- registers at start

        context.parts["unseen"] = lambda request: unseen_count(request.member)  # type: ignore[attr-defined]
        on_founding(owe_purge)
        on_emptying(empty)

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
