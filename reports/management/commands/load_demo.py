"""`manage.py load_demo`: invented organisations for a first look."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from reports.demo.loading import load


class Command(BaseCommand):
    help = "Load two invented organisations with a month of calls, unless there is an organisation already."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--seed", type=int, default=7, help="the same seed tells the same month")

    def handle(self, *args: Any, **options: Any) -> None:
        organisations = load(seed=options["seed"])
        if organisations:
            self.stdout.write(f"Loaded {', '.join(organisation.name for organisation in organisations)}.")
        else:
            self.stdout.write("There is an organisation already; nothing was loaded.")
