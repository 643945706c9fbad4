"""`manage.py sign_in_links`: one-time links for the people of the demonstration."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.urls import reverse

from accounts.models import Membership, SignInLink
from accounts.permissions import Role

SHOWN = (Role.MANAGER, Role.TELECALLER, Role.ADMIN)


class Command(BaseCommand):
    help = "Print a sign-in link for a manager, a telecaller and an admin of the demonstration organisation."

    def handle(self, *args: Any, **options: Any) -> None:
        for role in SHOWN:
            member = Membership.objects.active().filter(organisation__is_demo=True, role=role).order_by("id").first()
            if member is not None:
                path = reverse("accounts:link", args=[SignInLink.issue(member.user)])
                self.stdout.write(f"{role.value:<11}{settings.PUBLIC_URL}{path}")
