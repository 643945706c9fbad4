"""How the calls of a member start: by ringing their phone, in their browser, or on a phone of their own."""

import uuid
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Exists

from accounts.models import Membership
from dialer.models import Call, DialerSettings, Softphone, TelephonyAccount
from dialer.providers.accounts import page_of
from dialer.providers.port.softphones import Page

Mode = Call.Mode

# Every page asks this: put together by the ORM, with its three subqueries, it took as long as five other questions.
_SETTINGS = """
SELECT s.default_mode, s.may_dial_themselves,
    (SELECT a.provider FROM dialer_telephonyaccount a
     WHERE a.organisation_id = %(organisation)s AND a.is_active),
    (SELECT c.mode FROM dialer_callingchoice c
     WHERE c.organisation_id = %(organisation)s AND c.member_id = %(member)s),
    (SELECT c.id FROM dialer_call c
     WHERE c.organisation_id = %(organisation)s AND c.telecaller_id = %(member)s AND c.closed_at IS NULL)
FROM dialer_dialersettings s WHERE s.organisation_id = %(organisation)s
"""


class _Settings(NamedTuple):
    default_mode: str
    may_dial_themselves: bool
    carrier: str
    chosen: str | None
    open_call: uuid.UUID | None


@dataclass(frozen=True)
class Way:
    """What every page asks of a member's calls: how they start, through whom, and which call is open."""

    mode: str
    provider: str
    call_id: uuid.UUID | None

    @property
    def page(self) -> Page | None:
        """What makes a page the phone of the member; None unless it is to be that."""
        return page_of(self.provider) if self.mode == Mode.BROWSER else None


def way_of(member: Membership) -> Way:
    """Return how things stand for `member`, in one question."""
    row = _settings_for(member)
    return Way(_resolved(row), row.carrier, row.open_call)


def mode_of(member: Membership) -> str:
    """Return how a call of `member` starts now (a `Call.Mode`): as they chose where they may, else as the organisation says."""
    return _resolved(_settings_for(member))


def modes_open_to_members(settings: "DialerSettings | _Settings", provider: str) -> list[Mode]:
    """Return the modes that a member may choose among while calls go through `provider`."""
    if provider == TelephonyAccount.Provider.OWN_PHONE:
        return [Mode.OWN_PHONE]
    own = settings.may_dial_themselves or settings.default_mode == Mode.OWN_PHONE
    offered = {Mode.BRIDGE: True, Mode.BROWSER: page_of(provider) is not None, Mode.OWN_PHONE: own}
    return [mode for mode, is_offered in offered.items() if is_offered]


def rings_in_browser(member: Membership, provider: str) -> bool:
    """Whether a call through `provider` rings in the browser of `member`: it is their phone, and says that it is there."""
    return bool(browsers_there(provider).filter(member=member).exists())


def browsers_there(provider: str) -> Any:
    """The browsers that a call through `provider` can ring: those of the account that lets them in now."""
    lets_in = TelephonyAccount.objects.filter(is_active=True, provider=provider)
    return Softphone.objects.there().filter(Exists(lets_in))


def _settings_for(member: Membership) -> _Settings:
    with connection.cursor() as cursor:
        cursor.execute(_SETTINGS, {"organisation": member.organisation_id, "member": member.pk})
        row = cursor.fetchone()
    if row is None:
        raise DialerSettings.DoesNotExist
    return _Settings(*row)


def _resolved(row: _Settings) -> str:
    offered = modes_open_to_members(row, row.carrier)
    wanted = row.chosen if row.chosen in offered else row.default_mode
    # The organisation's own wish, too, may be one that its present provider cannot fulfil.
    return str(wanted if wanted in offered else offered[0])
