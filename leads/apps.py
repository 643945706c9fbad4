"""The leads app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LeadsConfig(AppConfig):
    name = "leads"

    def ready(self) -> None:
        self._declare()
        from accounts import context, notices  # noqa: PLC0415 -- registers at start
        from accounts.settings_menu import Page, add  # noqa: PLC0415 -- registers at start
        from jini.lib.founding import on_founding  # noqa: PLC0415 -- registers at start
        from jini.lib.lookups import register_leads  # noqa: PLC0415 -- registers at start
        from jini.lib.removal import on_emptying  # noqa: PLC0415 -- registers at start
        from leads import mentions, naming, tasks  # noqa: F401, PLC0415 -- its handlers register at import
        from leads import notices as words  # noqa: PLC0415 -- models are loaded only now
        from leads.actions import handing_over, reminding  # noqa: PLC0415 -- as above
        from leads.defaults import give_follow_up_settings, give_statuses  # noqa: PLC0415 -- models are loaded only now
        from leads.removal import empty  # noqa: PLC0415 -- models are loaded only now
        from leads.views.follow_ups import late_follow_ups  # noqa: PLC0415 -- models are loaded only now

        context.counters["leads:follow_ups"] = late_follow_ups
        notices.register(reminding.SOON, words.soon, symbol="calendar-due")
        notices.register(reminding.OVERDUE, words.overdue, symbol="alert-circle")
        notices.register(mentions.MENTIONED, mentions.words, symbol="note")
        register_leads(naming.lead_with, naming.names)
        on_founding(give_statuses)
        on_founding(give_follow_up_settings)
        on_emptying(empty)
        notices.register(handing_over.TAKEN, words.taken, symbol="arrows-exchange")
        notices.register(handing_over.GIVEN, words.given, symbol="calendar-plus")
        says = _("When anyone may take one, and how many callbacks fit in an hour.")
        add(Page("leads:follow_up_settings", _("Follow-ups"), "leads", says=says))
        add(Page("leads:statuses", _("Statuses"), "leads", says=_("The steps of your pipeline.")))
        add(Page("leads:custom_fields", _("Fields"), "leads", says=_("What you ask of a lead beside name and phone.")))
        says = _("What makes two leads look like one person.")
        add(Page("leads:duplicate_settings", _("Duplicates"), "leads", says=says))

    def _declare(self) -> None:
        from jini.lib import closing, erasing, leaving, personal_data, purging, retention  # noqa: PLC0415 -- registers at start
        from leads.actions.giving_back import give_back  # noqa: PLC0415 -- models are loaded only now
        from leads.erasing import STEPS, SUBJECT, forget_files_of_exports  # noqa: PLC0415 -- models are loaded only now
        from leads.personal_data import DECLARED  # noqa: PLC0415 -- registers at start
        from leads.purging import PURGES, forget_files_of_lists  # noqa: PLC0415 -- models are loaded only now

        personal_data.declare(DECLARED)
        purging.register(*PURGES)
        closing.before_rows("leads.ImportBatch", forget_files_of_lists)
        closing.before_rows("leads.BulkJob", forget_files_of_exports)
        erasing.register(*STEPS)
        erasing.register_subject(SUBJECT)
        leaving.on_handing_back(give_back)
        retention.purges("exports", "leads.actions.bulk.forget")
