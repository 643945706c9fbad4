"""The dialer app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DialerConfig(AppConfig):
    name = "dialer"

    def ready(self) -> None:
        self._join_pages()
        self._join_leads()
        from dialer import tasks  # noqa: F401, PLC0415 -- its handlers register at import
        from dialer.defaults import disposition_labels, give_dialer  # noqa: PLC0415 -- models are loaded only now
        from dialer.removal import empty  # noqa: PLC0415 -- models are loaded only now
        from jini.lib import lookups  # noqa: PLC0415 -- registers at start
        from jini.lib.founding import on_founding  # noqa: PLC0415 -- registers at start
        from jini.lib.removal import on_emptying  # noqa: PLC0415 -- registers at start

        on_founding(give_dialer)
        on_emptying(empty)
        lookups.register("dispositions", disposition_labels)

    def _join_pages(self) -> None:
        from accounts import context  # noqa: PLC0415 -- registers at start
        from accounts.api import bearers  # noqa: PLC0415 -- models are loaded only now
        from accounts.permissions import Permission  # noqa: PLC0415 -- registers at start
        from accounts.settings_menu import Page, add  # noqa: PLC0415 -- registers at start
        from dialer.models import Device  # noqa: PLC0415 -- as above
        from dialer.palette import CAMPAIGNS  # noqa: PLC0415 -- models are loaded only now
        from dialer.panel import call_bar, call_panel  # noqa: PLC0415 -- as above
        from jini.lib import palette, panels  # noqa: PLC0415 -- registers at start

        context.parts["callbar"] = call_bar
        bearers[Device.KIND] = Device
        panels.register("lead.call", call_panel)
        palette.register(CAMPAIGNS)
        add(Page("dialer:dispositions", _("Outcomes"), "leads", says=_("How a call can go, and what follows.")))
        says = _("What an outcome needs, and when an opened lead goes back.")
        add(Page("dialer:calling_settings", _("Calls and outcomes"), "calling", says=says))
        says = _("Who carries your calls, and whether the connection works.")
        add(Page("dialer:telephony", _("Telephony"), "calling", Permission.TELEPHONY_EDIT, says))
        says = _("What providers told of your calls, what was made of it, and merging it again.")
        add(Page("dialer:inbox", _("Provider posts"), "calling", Permission.FIGURES_TEAM, says))
        says = _("Own phones: who has one, and whether its call log arrives.")
        add(Page("dialer:devices", _("Devices"), "calling", Permission.FIGURES_TEAM, says))

    def _join_leads(self) -> None:
        from dialer.calls import moving  # noqa: PLC0415 -- models are loaded only now
        from dialer.campaigns import settling  # noqa: PLC0415 -- models are loaded only now
        from dialer.campaigns.adding import ADD  # noqa: PLC0415 -- as above
        from dialer.campaigns.releasing import release  # noqa: PLC0415 -- as above
        from dialer.lead_filters import OF_CAMPAIGN  # noqa: PLC0415 -- as above
        from dialer.lead_lines import campaigns, skips  # noqa: PLC0415 -- as above
        from jini.lib import (  # noqa: PLC0415 -- registers at start
            lead_bulk,
            lead_busy,
            lead_filters,
            lead_lines,
            lead_merging,
            lead_removal,
            lead_watch,
        )

        lead_filters.register(OF_CAMPAIGN)
        lead_lines.register(campaigns)
        lead_lines.register(skips)
        lead_merging.may_refuse(moving.refuse_while_called)
        lead_merging.on_merge(moving.OF_DIALER)
        lead_removal.on_removal(release)
        lead_watch.watch(settling.watch)
        lead_watch.watch_many(settling.watch_many, busy=settling.held_elsewhere)
        lead_bulk.register(ADD)
        lead_busy.on_asking(settling.is_being_called)
