"""From the organisation's account to the provider that it is with."""

import datetime as dt
import uuid

from django.conf import settings
from django.utils import timezone

from accounts.models import Organisation
from accounts.tenancy import acting_for
from dialer.models import TelephonyAccount
from dialer.providers.port import ForgedPost, TelephonyProvider, WebhookPost
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
