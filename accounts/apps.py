"""The accounts app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        from accounts import settings_menu, tasks  # noqa: F401, PLC0415 -- tasks registers the due-task handlers
        from accounts.permissions import Permission  # noqa: PLC0415 -- needs the apps

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
