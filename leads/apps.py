"""The leads app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LeadsConfig(AppConfig):
    name = "leads"

    def ready(self) -> None:
        from accounts import context, notices  # noqa: PLC0415 -- registers at start
        from accounts.settings_menu import Page, add  # noqa: PLC0415 -- registers at start
        from jini.lib.founding import on_founding  # noqa: PLC0415 -- registers at start
        from jini.lib.removal import on_emptying  # noqa: PLC0415 -- registers at start
        from leads import notices as words  # noqa: PLC0415 -- models are loaded only now
        from leads import tasks  # noqa: F401, PLC0415 -- its handlers register at import
        from leads.actions import reminding  # noqa: PLC0415 -- as above
        from leads.defaults import give_statuses  # noqa: PLC0415 -- models are loaded only now
        from leads.removal import empty  # noqa: PLC0415 -- models are loaded only now
        from leads.views.follow_ups import late_follow_ups  # noqa: PLC0415 -- models are loaded only now

        context.counters["leads:follow_ups"] = late_follow_ups
        notices.register(reminding.SOON, words.soon, symbol="calendar-due")
        notices.register(reminding.OVERDUE, words.overdue, symbol="alert-circle")
        on_founding(give_statuses)
        on_emptying(empty)
        add(Page("leads:statuses", _("Statuses"), "leads", says=_("The steps of your pipeline.")))
        add(Page("leads:custom_fields", _("Fields"), "leads", says=_("What you ask of a lead beside name and phone.")))
