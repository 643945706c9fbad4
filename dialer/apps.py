"""The dialer app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DialerConfig(AppConfig):
    name = "dialer"

    def ready(self) -> None:
        from accounts.settings_menu import Page, add  # noqa: PLC0415 -- registers at start
        from dialer import tasks  # noqa: F401, PLC0415 -- its handlers register at import
        from dialer.defaults import disposition_labels, give_dialer  # noqa: PLC0415 -- models are loaded only now
        from dialer.removal import empty  # noqa: PLC0415 -- models are loaded only now
        from jini.lib import lookups  # noqa: PLC0415 -- registers at start
        from jini.lib.founding import on_founding  # noqa: PLC0415 -- registers at start
        from jini.lib.removal import on_emptying  # noqa: PLC0415 -- registers at start

        on_founding(give_dialer)
        on_emptying(empty)
        add(Page("dialer:dispositions", _("Outcomes"), "leads", says=_("How a call can go, and what follows.")))
        lookups.register("dispositions", disposition_labels)
