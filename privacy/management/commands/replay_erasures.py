"""`manage.py replay_erasures`: after a restore, erase again what the ledger tells. May be stopped and called again."""

from collections import Counter
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from privacy import ledger
from privacy.actions.replaying import Outcome, replay


class Command(BaseCommand):
    help = "Erase again what the ledger of erasures tells and this database, restored from a backup, does not know."

    def handle(self, *args: Any, **options: Any) -> None:
        reading = ledger.read()
        outcomes = Counter(replay(entry) for entry in ledger.unknown(reading))
        self.stdout.write(
            f"{len(reading.entries)} in the ledger, {outcomes.total()} unknown to this database: "
            f"{outcomes[Outcome.ERASED]} erased again, {outcomes[Outcome.OWED]} wait for a hold or a call and are owed, "
            f"{outcomes[Outcome.ABSENT]} had not come back"
        )
        if reading.faults:
            raise CommandError("; ".join(reading.faults))
