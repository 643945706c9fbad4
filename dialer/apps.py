"""The dialer app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DialerConfig(AppConfig):
    name = "dialer"

    def ready(self) -> None:
        from accounts import context  # noqa: PLC0415 -- registers at start
        from accounts.permissions import Permission  # noqa: PLC0415 -- registers at start
        from accounts.settings_menu import Page, add  # noqa: PLC0415 -- registers at start
        from dialer import tasks  # noqa: F401, PLC0415 -- its handlers register at import
        from dialer.campaigns.adding import ADD  # noqa: PLC0415 -- as above
        from dialer.campaigns.releasing import release  # noqa: PLC0415 -- as above
        from dialer.campaigns.settling import (  # noqa: PLC0415 -- models are loaded only now
            held_elsewhere,
            is_being_called,
            watch,
            watch_many,
        )
        from dialer.defaults import disposition_labels, give_dialer  # noqa: PLC0415 -- models are loaded only now
        from dialer.lead_filters import OF_CAMPAIGN  # noqa: PLC0415 -- as above
        from dialer.palette import CAMPAIGNS  # noqa: PLC0415 -- as above
        from dialer.panel import call_bar, call_panel  # noqa: PLC0415 -- as above
        from dialer.removal import empty  # noqa: PLC0415 -- models are loaded only now
        from jini.lib import (  # noqa: PLC0415 -- registers at start
            lead_bulk,
            lead_busy,
            lead_filters,
            lead_removal,
            lead_watch,
            lookups,
            palette,
            panels,
        )
        from jini.lib.founding import on_founding  # noqa: PLC0415 -- registers at start
        from jini.lib.removal import on_emptying  # noqa: PLC0415 -- registers at start

        context.parts["callbar"] = call_bar
        panels.register("lead.call", call_panel)
        lead_filters.register(OF_CAMPAIGN)
        palette.register(CAMPAIGNS)
        lead_removal.on_removal(release)
        lead_watch.watch(watch)
        lead_watch.watch_many(watch_many, busy=held_elsewhere)
        lead_bulk.register(ADD)
        lead_busy.on_asking(is_being_called)
        on_founding(give_dialer)
        on_emptying(empty)
        add(Page("dialer:dispositions", _("Outcomes"), "leads", says=_("How a call can go, and what follows.")))
        says = _("Who carries your calls, and whether the connection works.")
        add(Page("dialer:telephony", _("Telephony"), "calling", Permission.TELEPHONY_EDIT, says))
        lookups.register("dispositions", disposition_labels)
