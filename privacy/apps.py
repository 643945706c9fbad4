"""The privacy app."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class PrivacyConfig(AppConfig):
    name = "privacy"

    def ready(self) -> None:
        self._declare()
        from jini.lib import acceptance  # noqa: PLC0415 -- registers at start
        from jini.lib.founding import on_founding  # noqa: PLC0415 -- registers at start
        from jini.lib.removal import on_emptying  # noqa: PLC0415 -- registers at start
        from privacy.defaults import give_contact_policy  # noqa: PLC0415 -- models are loaded only now
        from privacy.forms import AcceptanceForm  # noqa: PLC0415 -- models are loaded only now
        from privacy.policies import publish  # noqa: PLC0415 -- models are loaded only now
        from privacy.removal import empty  # noqa: PLC0415 -- models are loaded only now

        self._keep()
        self._erase_again()
        self._hand_out()
        self._choose()
        on_founding(give_contact_policy)
        on_emptying(empty)
        self._join_settings()
        self._end()
        acceptance.register(AcceptanceForm)
        self._publish()
        post_migrate.connect(publish, sender=self)

    def _join_settings(self) -> None:
        from accounts.permissions import Permission  # noqa: PLC0415 -- registers at start
        from accounts.settings_menu import Page, add  # noqa: PLC0415 -- registers at start

        add(Page("privacy:hours", _("Calling hours"), "calling", says=_("When and how often people may be called.")))
        says = _("What the registry of preferences said of your numbers.")
        add(Page("privacy:dnd", _("DND registry"), "calling", says=says))
        says = _("How long each kind of record is kept, and what was deleted.")
        add(Page("privacy:retention", _("Retention"), "records", says=says))
        says = _("How often pages are open, counted without people.")
        add(Page("privacy:usage_counts", _("Use of JiNi"), "records", says=says))
        add(Page("privacy:holds", _("Legal holds"), "records", says=_("What stays although its time is over.")))
        add(
            Page(
                "privacy:inventory",
                _("What is held"),
                "records",
                says=_("What JiNi keeps about people, why, how long, who sees it."),
            )
        )
        says = _("The firms that get data of yours, what they get and where they are.")
        add(Page("privacy:processors", _("Who works on your data"), "records", Permission.PROFILE_EDIT, says))
        says = _("People who asked to be erased, and the certificates.")
        add(Page("privacy:requests", _("Requests to erase"), "records", says=says))

    def _publish(self) -> None:
        from accounts import notices  # noqa: PLC0415 -- registers at start
        from jini.lib import acceptance  # noqa: PLC0415 -- registers at start
        from privacy import policy_notices as words  # noqa: PLC0415 -- models are loaded only now
        from privacy.actions import announcing  # noqa: PLC0415 -- as above
        from privacy.policies import owes  # noqa: PLC0415 -- as above
        from privacy.ways_out import STILL_OPEN  # noqa: PLC0415 -- as above

        acceptance.register_debt(owes)
        acceptance.keep_open(*STILL_OPEN)
        told = "emails/policy.txt"
        notices.register(announcing.TO_ACCEPT, words.to_accept, symbol="file-text", mail=told)
        notices.register(announcing.CHANGED, words.changed, symbol="file-text", mail=told)

    def _keep(self) -> None:
        from accounts import notices  # noqa: PLC0415 -- registers at start
        from jini.lib import lead_merging  # noqa: PLC0415 -- registers at start
        from jini.lib.founding import on_founding  # noqa: PLC0415 -- registers at start
        from jini.lib.purging import register  # noqa: PLC0415 -- registers at start
        from privacy import notices as words  # noqa: PLC0415 -- models are loaded only now
        from privacy import tasks  # noqa: F401, PLC0415 -- its handlers register at import
        from privacy.actions import deleting_account, erasing, purging  # noqa: PLC0415 -- models are loaded only now
        from privacy.holds import refuse_merging  # noqa: PLC0415 -- as above
        from privacy.purging import PURGES  # noqa: PLC0415 -- as above

        register(*PURGES)
        on_founding(purging.owe_purge)
        notices.register(purging.STOPPED, words.stopped, symbol="alert-triangle")
        notices.register(deleting_account.LEFT, words.left, symbol="user-off")
        lead_merging.may_refuse(refuse_merging)
        lead_merging.may_refuse(erasing.refuse_merging)

    def _erase_again(self) -> None:
        from privacy import ledger_checks  # noqa: F401, PLC0415 -- its check registers at import
        from privacy.actions import ending, replaying  # noqa: PLC0415 -- models are loaded only now
        from privacy.ledger import Kind  # noqa: PLC0415 -- as above

        replaying.on_replay(Kind.LEAD, replaying.erase_lead_again)
        replaying.on_replay(Kind.USER, replaying.erase_account_again)
        replaying.on_replay(Kind.ORGANISATION, ending.erase_again)

    def _hand_out(self) -> None:
        from accounts import notices  # noqa: PLC0415 -- registers at start
        from accounts.permissions import Permission  # noqa: PLC0415 -- as above
        from accounts.settings_menu import Page, add  # noqa: PLC0415 -- registers at start
        from privacy import notices as words  # noqa: PLC0415 -- models are loaded only now
        from privacy.actions import exporting  # noqa: PLC0415 -- as above

        label, says = _("Export everything"), _("A copy of all that the organisation holds.")
        add(Page("privacy:organisation_export", label, "records", Permission.ORGANISATION_EXPORT, says=says))
        notices.register(exporting.ASKED, words.asked, symbol="download")
        notices.register(exporting.READY, words.ready, symbol="download")
        notices.register(exporting.FETCHED, words.fetched, symbol="download")

    def _choose(self) -> None:
        from accounts import context  # noqa: PLC0415 -- registers at start
        from jini.lib import choices  # noqa: PLC0415 -- registers at start
        from privacy.actions.visiting import forget_visits  # noqa: PLC0415 -- models are loaded only now
        from privacy.choices import is_given, state_of  # noqa: PLC0415 -- as above
        from privacy.usage import usage  # noqa: PLC0415 -- as above

        choices.register(is_given, state_of)
        choices.on_withdrawal(choices.USAGE, forget_visits)
        context.parts["usage"] = usage

    def _end(self) -> None:
        from accounts import notices  # noqa: PLC0415 -- registers at start
        from accounts.permissions import Permission  # noqa: PLC0415 -- as above
        from accounts.settings_menu import Page, add  # noqa: PLC0415 -- as above
        from jini.lib import closing  # noqa: PLC0415 -- as above
        from privacy.actions.exporting import forget_copies  # noqa: PLC0415 -- models are loaded only now
        from privacy.cancellation_notices import SAID, words_of  # noqa: PLC0415 -- models are loaded only now

        closing.before_rows("privacy.Export", forget_copies)
        label, says = _("Cancel the account"), _("End the account of the organisation, and have its records erased.")
        add(Page("privacy:cancellation", label, "records", Permission.ORGANISATION_CANCEL, says=says))
        for kind in SAID:
            notices.register(kind, words_of(kind), symbol="alert-triangle", mail="emails/cancellation.txt")

    def _declare(self) -> None:
        from jini.lib import browser_data, personal_data, shared_purging  # noqa: PLC0415 -- registers at start
        from privacy.personal_data import DECLARED, IN_BROWSERS  # noqa: PLC0415 -- registers at start
        from privacy.purging import SHARED  # noqa: PLC0415 -- as above

        shared_purging.register(*SHARED)
        personal_data.declare(DECLARED)
        browser_data.declare(IN_BROWSERS)
