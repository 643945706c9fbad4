"""Twilio's two auth tokens: a secondary one holds for requests beside the primary, which signs until it is replaced.

Facts read at twilio.com/docs/iam/api/authtoken: promoting makes the secondary token the primary one, and requests with
the former primary then fail.
"""

import requests
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client

from dialer.providers.port import ProviderUnavailable
from dialer.providers.twilio.client import NOT_FOUND


class TwilioKeys:
    def __init__(self, client: Client) -> None:
        self.client = client

    def second(self) -> str:
        tokens = self.client.accounts.v1.secondary_auth_token()
        try:
            tokens.delete()
        except TwilioRestException as error:
            if error.status != NOT_FOUND:
                raise ProviderUnavailable(str(error.code or error.status)) from error
        except requests.RequestException as error:
            raise ProviderUnavailable(type(error).__name__) from error
        try:
            made = tokens.create()
        except TwilioRestException as error:
            raise ProviderUnavailable(str(error.code or error.status)) from error
        except requests.RequestException as error:
            raise ProviderUnavailable(type(error).__name__) from error
        return str(made.secondary_auth_token)

    def promote(self) -> None:
        try:
            self.client.accounts.v1.auth_token_promotion().update()
        except TwilioRestException as error:
            # Without a secondary token it was promoted before, by a request whose answer never came.
            if error.status != NOT_FOUND:
                raise ProviderUnavailable(str(error.code or error.status)) from error
        except requests.RequestException as error:
            raise ProviderUnavailable(type(error).__name__) from error
