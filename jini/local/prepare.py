"""Bring the database to the state that web and worker need: migrated, and with the demonstration in an empty one."""

import os

import django
from django.core.management import call_command


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jini.settings")
    django.setup()
    call_command("migrate", interactive=False)
    from accounts import database  # noqa: PLC0415 -- models exist only after setup
    from accounts.models import Organisation  # noqa: PLC0415 -- as above

    database.become_application()
    call_command("replay_erasures")
    if not Organisation.objects.exists():
        call_command("load_demo")


if __name__ == "__main__":
    main()
