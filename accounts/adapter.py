"""How allauth behaves here."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Sign-up makes an organisation, so it is our own page and allauth's is closed."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False
