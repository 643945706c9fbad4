"""From the organisation's account to the provider that it is with."""

import datetime as dt
import uuid
from collections.abc import Sequence

from django.conf import settings
from django.utils import timezone

from accounts.models import Organisation
from accounts.tenancy import acting_for
from dialer.models import TelephonyAccount
from dialer.providers import simulator, twilio
from dialer.providers.exotel import Exotel
from dialer.providers.exotel.client import Client
from dialer.providers.port import ForgedPost, TelephonyProvider, WebhookPost
from dialer.providers.port.softphones import Page
from dialer.providers.port.sub_accounts import Master
from dialer.providers.simulator import Simulator
from dialer.providers.twilio import SigningKey, Twilio, TwilioMaster

Provider = TelephonyAccount.Provider
ADAPTERS: dict[str, type[TelephonyProvider]] = {
    Provider.SIMULATOR: Simulator,
    Provider.TWILIO: Twilio,
    Provider.EXOTEL: Exotel,
}


class NoProvider(Exception):
    """Calls through this account are made on the telecaller's own phone: there is nobody to ask."""


def name_of_key(organisation: Organisation) -> str:
    """Return what an API key that we make is called at a provider."""
    return f"JiNi {organisation.pk}"


def provider_of(
    account: TelephonyAccount, organisation: Organisation, *, countries: Sequence[str] = ()
) -> TelephonyProvider:
    """Return the adapter for `account`; raise `NoProvider` for own phones. A test asks about the `countries` called."""
    if account.provider == Provider.SIMULATOR:
        return Simulator(
            organisation=organisation,
            secret=account.credentials["secret"],
            is_unruly=settings.DEMO,
            address=settings.PUBLIC_URL,
        )
    if account.provider == Provider.TWILIO:
        found = Twilio(
            account_sid=account.credentials.get("account_sid", ""),
            tokens=account.tokens(at=timezone.now()),
            base_url=settings.TWILIO_BASE_URL,
            caller_id=account.caller_id,
            address=settings.PUBLIC_URL,
            countries=countries,
        )
        found.key = _key(account)
        return found
    if account.provider == Provider.EXOTEL:
        return _exotel(account)
    raise NoProvider


def _exotel(account: TelephonyAccount) -> Exotel:
    known = account.credentials
    client = Client(
        account_sid=known.get("account_sid", ""),
        api_key=known.get("api_key", ""),
        api_token=known.get("api_token", ""),
        region=known.get("region", ""),
        base_url=settings.EXOTEL_BASE_URL,
    )
    secrets = account.secrets(at=timezone.now())
    return Exotel(client, secrets=secrets, caller_id=account.caller_id, address=settings.PUBLIC_URL)


def master_of_installation() -> Master | None:
    """Return the master account below which each organisation may have its own; None when the installation has none."""
    if not (settings.TWILIO_MASTER_SID and settings.TWILIO_MASTER_TOKEN):
        return None
    return TwilioMaster(
        account_sid=settings.TWILIO_MASTER_SID,
        auth_token=settings.TWILIO_MASTER_TOKEN,
        base_url=settings.TWILIO_BASE_URL,
    )


def rings_both(provider: str) -> bool:
    """Whether a provider rings the customer by itself, once the telecaller has answered."""
    return provider in ADAPTERS and ADAPTERS[provider].rings_both


def can_hang_up(provider: str) -> bool:
    """Whether a live call can be ended from here; of an own phone we only write down that it was."""
    return provider not in ADAPTERS or ADAPTERS[provider].can_hang_up


def has_conferences(provider: str) -> bool:
    """Whether a running call can be held, muted, listened to and handed over at a provider."""
    return provider in ADAPTERS and ADAPTERS[provider].conferences is not None


def hears_machines(provider: str) -> bool:
    """Whether a provider can tell that a machine has answered, and leave it a message."""
    return provider in ADAPTERS and ADAPTERS[provider].hears_machines


def keeps_recordings(provider: str) -> bool:
    """Whether a provider records what the dial asks for, and nobody can pause, end or delete it there."""
    return provider in ADAPTERS and ADAPTERS[provider].keeps_recordings


def _key(account: TelephonyAccount) -> SigningKey | None:
    known = account.credentials
    return SigningKey(known["key_sid"], known["key_secret"]) if "key_secret" in known else None


# The providers whose calls a browser can take.
_PAGES: dict[str, Page] = {Provider.SIMULATOR: simulator.PAGE, Provider.TWILIO: twilio.PAGE}


def page_of(provider: str) -> Page | None:
    """Return what makes a page a phone of `provider`; None when it rings telephones only."""
    return _PAGES.get(provider)


# How long a web process goes by the credentials it has read. An account that is removed is refused after that.
KNOWN_FOR = dt.timedelta(seconds=10)
MOST_KNOWN = 1000
_known: dict[tuple[str, uuid.UUID], tuple[TelephonyProvider, dt.datetime]] = {}


def signer_of(provider: str, organisation_id: uuid.UUID, post: WebhookPost) -> TelephonyProvider:
    """Return the adapter of the account by which `post` is rightly signed.

    Raise `NoProvider` when the organisation has no such account, `ForgedPost` or `StalePost` as the adapter does. The
    account is read anew when a post does not fit what is known of it, so that new credentials hold at once.
    """
    adapter, until = _known.get((provider, organisation_id), (None, post.received_at))
    if adapter is not None and post.received_at < until:
        try:
            adapter.verify(post)
        except ForgedPost:
            pass
        else:
            return adapter
    adapter = _read(provider, organisation_id)
    adapter.verify(post)
    if len(_known) >= MOST_KNOWN:
        _known.clear()
    _known[provider, organisation_id] = adapter, timezone.now() + KNOWN_FOR
    return adapter


def _read(provider: str, organisation_id: uuid.UUID) -> TelephonyProvider:
    organisation = Organisation.objects.filter(pk=organisation_id).first()
    if organisation is None:
        raise NoProvider
    with acting_for(organisation):
        account = TelephonyAccount.objects.filter(provider=provider).first()
    if account is None:
        raise NoProvider
    return provider_of(account, organisation)
