"""What calls cost at Twilio, which says so some time after their end."""

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation

import requests
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client

from dialer.providers.port import ProviderUnavailable
from dialer.providers.port.spending import Price


class TwilioSpending:
    """Prices of the legs of a call: each is a call of its own at Twilio. `price` is negative there, and null at first."""

    def __init__(self, client: Client) -> None:
        self.client = client

    def price_of(self, legs: Sequence[str]) -> Price | None:
        total, currency = Decimal(0), ""
        for leg in dict.fromkeys(legs):
            try:
                call = self.client.calls(leg).fetch()
            except TwilioRestException as error:
                raise ProviderUnavailable(str(error.code)) from error
            except requests.RequestException as error:
                raise ProviderUnavailable(type(error).__name__) from error
            amount = _read(call.price)
            if amount is None or (currency and call.price_unit != currency):
                return None
            total, currency = total + amount, str(call.price_unit or "")
        return Price(total, currency.upper()) if currency else None


def _read(text: str | None) -> Decimal | None:
    try:
        amount = Decimal(text) if text is not None else None
    except InvalidOperation:
        return None
    return abs(amount) if amount is not None and amount.is_finite() else None
