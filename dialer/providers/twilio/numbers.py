"""The numbers of a Twilio account, and where calls to them go."""

from typing import Any

import requests
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.rest import Client

from dialer.providers.port import ProviderUnavailable
from dialer.providers.port.numbers import OwnNumber


class TwilioNumbers:
    """The port's capability `numbers` of one Twilio account."""

    def __init__(self, client: Client) -> None:
        self.client = client

    def find(self, phone: str) -> OwnNumber | None:
        try:
            found = self.client.incoming_phone_numbers.list(phone_number=phone, limit=1)
        except TwilioRestException as error:
            raise ProviderUnavailable(str(error.code or error.status)) from error
        except (TwilioException, requests.RequestException) as error:
            # A list that is answered with an error raises the wider of the library's two exceptions.
            raise ProviderUnavailable(type(error).__name__) from error
        return _number(found[0]) if found else None

    def point(self, provider_id: str, *, asks: str, tells: str) -> OwnNumber:
        try:
            changed = self.client.incoming_phone_numbers(provider_id).update(
                voice_url=asks,
                voice_method="POST",
                status_callback=tells,
                status_callback_method="POST",
            )
        except TwilioRestException as error:
            raise ProviderUnavailable(str(error.code or error.status)) from error
        except requests.RequestException as error:
            raise ProviderUnavailable(type(error).__name__) from error
        return _number(changed)


def _number(row: Any) -> OwnNumber:
    return OwnNumber(
        provider_id=str(row.sid),
        phone=str(row.phone_number),
        asks=str(row.voice_url or ""),
        tells=str(row.status_callback or ""),
        application=str(row.voice_application_sid or ""),
    )
