"""`manage.py purge_shared`: what was deleted of shared records, and letting a stopped run go on."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from jini.lib.shared_purging import rules
from privacy.actions.shared_purging import confirm
from privacy.models import SharedRun


class Command(BaseCommand):
    help = "Show the newest deletion of each rule for records that belong to no organisation."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--confirm", metavar="RULE", help="let a stopped run of this rule delete what is due")

    def handle(self, *args: Any, **options: Any) -> None:
        if (rule := options["confirm"]) and not confirm(rule):
            raise CommandError(f"No run of {rule} waits.")
        for each in rules():
            run = SharedRun.objects.filter(rule=each).order_by("-day").first()
            if run:
                oldest = run.oldest.date().isoformat() if run.oldest else "-"
                self.stdout.write(
                    f"{each:<13}{run.day} {run.state:<8}{run.total} there, {run.due} due, {run.removed} gone, oldest {oldest}"
                )
