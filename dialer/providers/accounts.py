"""From the organisation's account to the provider that it is with."""

from django.conf import settings

from accounts.models import Organisation
from dialer.models import TelephonyAccount
from dialer.providers.port import TelephonyProvider
from dialer.providers.simulator import Simulator
from dialer.providers.twilio import Twilio

Provider = TelephonyAccount.Provider


class NoProvider(Exception):
    """Calls through this account are made on the telecaller's own phone: there is nobody to ask."""


def provider_of(account: TelephonyAccount, organisation: Organisation) -> TelephonyProvider:
    """Return the adapter for `account`; raise `NoProvider` for own phones."""
    if account.provider == Provider.SIMULATOR:
        return Simulator(
            organisation=organisation,
            secret=account.credentials["secret"],
            is_unruly=settings.DEMO,
            address=settings.PUBLIC_URL,
        )
    if account.provider == Provider.TWILIO:
        return Twilio(
            account_sid=account.credentials.get("account_sid", ""),
            auth_token=account.credentials.get("auth_token", ""),
            base_url=settings.TWILIO_BASE_URL,
            caller_id=account.caller_id,
            address=settings.PUBLIC_URL,
        )
    raise NoProvider
