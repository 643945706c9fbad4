"""The privacy app."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class PrivacyConfig(AppConfig):
    name = "privacy"

    def ready(self) -> None:
        from accounts.settings_menu import Page, add  # noqa: PLC0415 -- registers at start
        from jini.lib import acceptance  # noqa: PLC0415 -- registers at start
        from jini.lib.founding import on_founding  # noqa: PLC0415 -- registers at start
        from jini.lib.removal import on_emptying  # noqa: PLC0415 -- registers at start
        from privacy.defaults import give_contact_policy  # noqa: PLC0415 -- models are loaded only now
        from privacy.forms import AcceptanceForm  # noqa: PLC0415 -- models are loaded only now
        from privacy.policies import publish  # noqa: PLC0415 -- models are loaded only now
        from privacy.removal import empty  # noqa: PLC0415 -- models are loaded only now

        on_founding(give_contact_policy)
        on_emptying(empty)
        add(Page("privacy:hours", _("Calling hours"), "calling", says=_("When and how often people may be called.")))
        acceptance.register(AcceptanceForm)
        post_migrate.connect(publish, sender=self)
