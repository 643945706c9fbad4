"""Twilio's sub-accounts, opened and closed with the master account of whoever runs the installation.

Facts read at Twilio's published description (api v2010, Accounts): an account is created with a friendly name, which need not
be unique; the answer, and that of fetching it, has its auth token; its status is set to active, suspended or closed.
"""

from collections.abc import Callable
from typing import Any, TypeVar

import requests
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.rest import Client

from dialer.providers.port import DialOutcome, ProviderUnavailable
from dialer.providers.port.sub_accounts import AccountStatus, Opened, SubAccountFacts
from dialer.providers.twilio.client import NOT_FOUND, Redirected, refused

MOST_OF_ONE_NAME = 20
Answer = TypeVar("Answer")


class TwilioMaster:
    """The port's `Master` for one Twilio account."""

    def __init__(self, *, account_sid: str, auth_token: str, base_url: str = "") -> None:
        self.client = Client(account_sid, auth_token, http_client=Redirected(base_url))

    def create(self, name: str) -> Opened:
        try:
            made = self.client.api.v2010.accounts.create(friendly_name=name)
        except TwilioRestException as error:
            answer = refused(error)
            return Opened(answer.outcome, code=answer.code)
        except requests.ConnectTimeout:
            # No connection was made, so nothing was asked.
            return Opened(DialOutcome.TRY_LATER, code="connect")
        except (requests.RequestException, ValueError) as error:
            return Opened(DialOutcome.UNCLEAR, code=type(error).__name__)
        return Opened(DialOutcome.ACCEPTED, _facts(made)) if made.sid else Opened(DialOutcome.UNCLEAR, code="no_sid")

    def find(self, name: str) -> SubAccountFacts | None:
        rows = _asked(lambda: self.client.api.v2010.accounts.list(friendly_name=name, limit=MOST_OF_ONE_NAME))
        # Held against the name once more: a server that did not know the filter would hand out somebody else's account.
        found = [row for row in rows if row.friendly_name == name and str(row.status) != AccountStatus.CLOSED]
        return _facts(min(found, key=lambda row: (str(row.date_created), row.sid))) if found else None

    def fetch(self, provider_id: str) -> SubAccountFacts | None:
        try:
            return _facts(_asked(self.client.api.v2010.accounts(provider_id).fetch))
        except _Gone:
            return None

    def set_status(self, provider_id: str, status: AccountStatus) -> None:
        try:
            _asked(lambda: self.client.api.v2010.accounts(provider_id).update(status=str(status)))
        except _Gone:
            return
        except ProviderUnavailable:
            # Refused, perhaps because it is so already.
            found = self.fetch(provider_id)
            if found is not None and found.status != status:
                raise


class _Gone(Exception):
    """There is no such account."""


def _asked(ask: Callable[[], Answer]) -> Answer:
    try:
        return ask()
    except TwilioRestException as error:
        if error.status == NOT_FOUND:
            raise _Gone from error
        raise ProviderUnavailable(str(error.code or error.status)) from error
    except (TwilioException, requests.RequestException, ValueError) as error:
        raise ProviderUnavailable(type(error).__name__) from error


def _facts(account: Any) -> SubAccountFacts:
    return SubAccountFacts(str(account.sid), str(account.auth_token or ""), str(account.status))
