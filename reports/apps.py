"""The reports app."""

from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "reports"

    def ready(self) -> None:
        self._declare()
        from jini.lib import figures  # noqa: PLC0415 -- registers at start
        from jini.lib.founding import on_founding  # noqa: PLC0415 -- registers at start
        from jini.lib.removal import on_emptying  # noqa: PLC0415 -- registers at start
        from reports import tasks  # noqa: F401, PLC0415 -- its handlers register at import
        from reports.actions.rollups import note_change, note_changes, note_everything  # noqa: PLC0415 -- models are loaded only now
        from reports.actions.verification import owe_verification  # noqa: PLC0415 -- as above
        from reports.removal import empty  # noqa: PLC0415 -- as above

        figures.on_change(note_change)
        figures.on_changes(note_changes)
        figures.on_upheaval(note_everything)
        on_founding(owe_verification)
        on_emptying(empty)

    def _declare(self) -> None:
        from jini.lib import personal_data, purging  # noqa: PLC0415 -- registers at start
        from reports.personal_data import DECLARED  # noqa: PLC0415 -- registers at start
        from reports.purging import PURGES  # noqa: PLC0415 -- models are loaded only now

        personal_data.declare(DECLARED)
        purging.register(*PURGES)
