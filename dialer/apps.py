"""The dialer app."""

from functools import partial

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DialerConfig(AppConfig):
    name = "dialer"

    def ready(self) -> None:
        self._declare()
        self._join_pages()
        self._join_settings()
        self._join_leads()
        from dialer import (  # noqa: PLC0415 -- their handlers register at import
            campaign_tasks,  # noqa: F401 -- its handlers register at import
            conference_tasks,  # noqa: F401 -- as above
            recording_tasks,  # noqa: F401 -- as above
            sub_account_tasks,  # noqa: F401 -- as above
            tasks,  # noqa: F401 -- as above
        )
        from dialer.defaults import disposition_labels, give_dialer  # noqa: PLC0415 -- models are loaded only now
        from dialer.removal import empty  # noqa: PLC0415 -- models are loaded only now
        from jini.lib import lookups  # noqa: PLC0415 -- registers at start
        from jini.lib.founding import on_founding  # noqa: PLC0415 -- registers at start
        from jini.lib.removal import on_emptying  # noqa: PLC0415 -- registers at start

        on_founding(give_dialer)
        on_emptying(empty)
        lookups.register("dispositions", disposition_labels)

    def _join_pages(self) -> None:
        from accounts import context, notices  # noqa: PLC0415 -- registers at start
        from accounts.api import bearers  # noqa: PLC0415 -- models are loaded only now
        from dialer.actions import giving_back  # noqa: PLC0415 -- as above
        from dialer.actions.softphone import let_go  # noqa: PLC0415 -- as above
        from dialer.calls import complaining  # noqa: PLC0415 -- models are loaded only now
        from dialer.models import Device  # noqa: PLC0415 -- as above
        from dialer.notices import refused  # noqa: PLC0415 -- as above
        from dialer.palette import CAMPAIGNS  # noqa: PLC0415 -- models are loaded only now
        from dialer.panel import call_bar, call_panel, phone  # noqa: PLC0415 -- as above
        from dialer.recording_panel import sounds  # noqa: PLC0415 -- as above
        from jini.lib import call_sounds, leaving, palette, panels  # noqa: PLC0415 -- registers at start

        leaving.on_leaving(let_go)
        leaving.on_asking(giving_back.is_on_a_call)
        leaving.on_handing_back(giving_back.give_back)
        context.parts["callbar"] = call_bar
        notices.register(complaining.REFUSED, refused, symbol="alert-circle")
        context.parts["phone"] = phone
        bearers[Device.KIND] = Device
        panels.register("lead.call", call_panel)
        call_sounds.register(sounds)
        palette.register(CAMPAIGNS)

    def _join_settings(self) -> None:
        from accounts.permissions import Permission  # noqa: PLC0415 -- registers at start
        from accounts.settings_menu import Page, add  # noqa: PLC0415 -- registers at start

        add(Page("dialer:dispositions", _("Outcomes"), "leads", says=_("How a call can go, and what follows.")))
        says = _("What an outcome needs, and when an opened lead goes back.")
        add(Page("dialer:calling_settings", _("Calls and outcomes"), "calling", says=says))
        says = _("Who carries your calls, and whether the connection works.")
        add(Page("dialer:telephony", _("Telephony"), "calling", Permission.TELEPHONY_EDIT, says))
        says = _("Who is rung when a lead calls, the voicemail, and whoever is no lead yet.")
        add(Page("dialer:incoming_settings", _("Incoming calls"), "calling", Permission.TELEPHONY_EDIT, says))
        says = _("The numbers that leads see, and which calls each may carry.")
        add(Page("dialer:numbers", _("Numbers"), "calling", Permission.TELEPHONY_EDIT, says))
        says = _("What calls may take and cost a day, and what they took today.")
        add(Page("dialer:limits", _("Limits and prices"), "calling", Permission.TELEPHONY_EDIT, says))
        says = _("What providers told of your calls, what was made of it, and merging it again.")
        add(Page("dialer:inbox", _("Provider posts"), "calling", Permission.FIGURES_TEAM, says))
        says = _("Whether calls are recorded, what customers hear first, and how many recordings are there.")
        add(Page("dialer:recording_settings", _("Recording"), "calling", says=says))
        says = _("What telecallers leave on answering machines with a press.")
        add(Page("dialer:voicemail", _("Messages for answering machines"), "calling", says=says))
        says = _("Own phones: who has one, and whether its call log arrives.")
        add(Page("dialer:devices", _("Devices"), "calling", Permission.FIGURES_TEAM, says))

    def _join_leads(self) -> None:
        from dialer.calls import moving  # noqa: PLC0415 -- models are loaded only now
        from dialer.campaigns import settling  # noqa: PLC0415 -- models are loaded only now
        from dialer.campaigns.adding import ADD  # noqa: PLC0415 -- as above
        from dialer.campaigns.releasing import release  # noqa: PLC0415 -- as above
        from dialer.lead_filters import OF_CAMPAIGN  # noqa: PLC0415 -- as above
        from dialer.lead_lines import campaigns, missed_calls, recording_wishes, skips  # noqa: PLC0415 -- as above
        from dialer.recordings.moving import OF_RECORDINGS  # noqa: PLC0415 -- as above
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
        lead_lines.register(missed_calls)
        lead_lines.register(recording_wishes)
        lead_merging.may_refuse(moving.refuse_while_called)
        lead_merging.on_merge(moving.OF_DIALER)
        lead_merging.on_merge(OF_RECORDINGS)
        lead_removal.on_removal(release)
        lead_watch.watch(settling.watch)
        lead_watch.watch_many(settling.watch_many, busy=settling.held_elsewhere)
        lead_bulk.register(ADD)
        lead_busy.on_asking(settling.is_being_called)

    def _declare(self) -> None:
        from dialer.browser_data import IN_BROWSERS  # noqa: PLC0415 -- registers at start
        from dialer.closing import left_elsewhere, live, stop  # noqa: PLC0415 -- models are loaded only now
        from dialer.erasing import STEPS  # noqa: PLC0415 -- models are loaded only now
        from dialer.models import CallerMessage  # noqa: PLC0415 -- as above
        from dialer.personal_data import DECLARED  # noqa: PLC0415 -- registers at start
        from dialer.processors import connected, telephone_companies  # noqa: PLC0415 -- models are loaded only now
        from dialer.purging import PURGES  # noqa: PLC0415 -- models are loaded only now
        from dialer.recorded import LINES  # noqa: PLC0415 -- as above
        from dialer.recordings import out_of_reach  # noqa: PLC0415 -- as above
        from dialer.recordings.erasing import remove_files  # noqa: PLC0415 -- models are loaded only now
        from jini.lib import (  # noqa: PLC0415 -- registers at start
            browser_data,
            closing,
            erasing,
            personal_data,
            purging,
            recorded,
            retention,
        )
        from jini.lib.processors import register  # noqa: PLC0415 -- registers at start

        closing.on_cancelling(stop)
        closing.counts_live(live)
        closing.counts_elsewhere(left_elsewhere)
        retention.copied_elsewhere("recordings", out_of_reach.days)
        closing.before_rows("dialer.Recording", remove_files)
        closing.before_rows("dialer.CallerMessage", partial(remove_files, kind=CallerMessage))
        personal_data.declare(DECLARED)
        browser_data.declare(IN_BROWSERS)
        register(telephone_companies, connected)
        purging.register(*PURGES)
        recorded.register(*LINES)
        erasing.register(*STEPS)
