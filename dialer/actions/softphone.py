"""Letting a page be the phone of its member: which page, for how long, and what it may answer."""

import datetime as dt

from django.db import transaction
from django.utils import timezone

from accounts.models import Membership
from accounts.tenancy import current_organisation
from dialer.actions.calling import open_call_of
from dialer.calls import line, ways
from dialer.models import Call, CallingChoice, IncomingRing, Participant, Softphone, TelephonyAccount
from dialer.providers import simulator
from dialer.providers.accounts import provider_of

WINDOW = dt.timedelta(minutes=10)
WAITS = frozenset({Call.Status.INTENT, Call.Status.QUEUED, Call.Status.INITIATED, Call.Status.RINGING})


class NoBrowser(Exception):
    """The calls of the member do not start in a browser."""


class Elsewhere(Exception):
    """Another page is the phone of this member."""


class TooManyTokens(Exception):
    """The member's pages asked for more tokens than pages need."""


@transaction.atomic
def give_token(member: Membership, *, tab: str, takes: bool = False) -> str:
    """Let the page `tab` be the phone of `member`, and return what a provider lets it in by.

    `takes`: even if a page of another browser is the phone now, which then is it no more. Raises `NoBrowser`,
    `Elsewhere`, `TooManyTokens` and the provider's `NotReady`. The provider is not asked.
    """
    if ways.mode_of(member) != Call.Mode.BROWSER:
        raise NoBrowser
    phone = _locked(member)
    if not takes and _is_of_another_browser(phone, tab):
        raise Elsewhere
    _count(phone)
    phone.tab = tab
    phone.save(update_fields=["tab", "tokens", "tokens_from"])
    browsers = provider_of(line.active_account(), current_organisation()).softphones
    if browsers is None:
        raise NoBrowser
    return browsers.token(phone.identity)


def _locked(member: Membership) -> Softphone:
    made = Softphone.objects.ringing_for(member)
    found: Softphone = Softphone.objects.select_for_update(of=("self",)).get(pk=made.pk)
    return found


def _is_of_another_browser(phone: Softphone, tab: str) -> bool:
    """Tabs of one browser agree among themselves; the part of their names before the point is the browser's."""
    return phone.is_there and phone.tab.partition(".")[0] != tab.partition(".")[0]


def _count(phone: Softphone) -> None:
    now = timezone.now()
    if phone.tokens_from is None or now - phone.tokens_from > WINDOW:
        phone.tokens_from, phone.tokens = now, 0
    if phone.tokens >= Softphone.MOST_TOKENS:
        raise TooManyTokens
    phone.tokens += 1


def hear(member: Membership, *, tab: str, state: str) -> None:
    """Write down what the page `tab` says of itself (a `Softphone.State`). Raises `Elsewhere` for a page that is not it."""
    mine = Softphone.objects.filter(member=member, tab=tab)
    if not mine.update(state=state, seen_at=timezone.now()):
        raise Elsewhere


def may_answer(member: Membership, *, tab: str, leg: str) -> Call | None:
    """Return the call that the page `tab` is to answer as `leg` rings there; None for whatever is not its own to answer.

    That is the member's call which was started in browser mode, waits for them and is not being hung up. `leg` is the
    provider's id of what rings; while the provider has not told us that yet, any is taken to be it.
    """
    if not tab or not Softphone.objects.filter(member=member, tab=tab).exists():
        return None
    call = open_call_of(member)
    if call is None or not call.is_live or call.mode != Call.Mode.BROWSER or call.hang_up_asked_at is not None:
        return None
    return call if call.agent_status in WAITS and call.agent_leg in {"", leg} else None


def may_take(member: Membership, *, tab: str, leg: str) -> IncomingRing | None:
    """Return the ring of a call that comes in which the page `tab` offers its member as `leg` rings there; see `may_answer`.

    The member decides: it is answered when they press, and passed on like a ring of their phone.
    """
    if not tab or not Softphone.objects.filter(member=member, tab=tab).exists():
        return None
    ring: IncomingRing | None = IncomingRing.objects.filter(member=member, ended_at=None, in_browser=True).first()
    if ring is None or ring.answered_at is not None:
        return None
    return ring if ring.status in WAITS and ring.leg in {"", leg} else None


def may_join(member: Membership, *, tab: str, leg: str) -> Participant | None:
    """Return as whom the page `tab` may join a colleague's call as `leg` rings there; see `may_answer`.

    A supervisor asked for it and is put through; a colleague who is brought in is asked.
    """
    if not tab or not Softphone.objects.filter(member=member, tab=tab).exists():
        return None
    people = Participant.objects.open().filter(member=member, in_browser=True, leave_asked_at=None)
    one: Participant | None = people.select_related("call").first()
    return one if one is not None and one.status in WAITS and one.leg_id in {"", leg} else None


def offer(one: Participant) -> None:
    """Write down that whoever is brought into a call sees it ring."""
    if one.kind != Participant.Kind.SUPERVISOR:
        Participant.objects.filter(pk=one.pk, offered_at=None).update(offered_at=timezone.now())


def pick_up_simulated(member: Membership, *, tab: str, leg: str) -> bool:
    """Let the simulator's browser answer what rings there as `leg`; False when nothing does (any more)."""
    if (call := may_answer(member, tab=tab, leg=leg)) is not None:
        return _pick_up(call)
    if (ring := may_take(member, tab=tab, leg=leg)) is not None:
        is_simulated = ring.incoming.provider == TelephonyAccount.Provider.SIMULATOR
        with transaction.atomic():
            return is_simulated and simulator.pick_up(ring.pk)
    one = may_join(member, tab=tab, leg=leg)
    return one is not None and _pick_up(one.call, one.leg)


def _pick_up(call: Call, leg: str = simulator.BROWSER) -> bool:
    provider = provider_of(line.account_of(call), current_organisation())
    return isinstance(provider, simulator.Simulator) and provider.answer(call.pk, leg)


@transaction.atomic
def choose_mode(member: Membership, mode: str) -> None:
    """Let the calls of `member` start as they choose; "" for as the organisation says.

    A browser that is their phone no longer is given another identity, so that its token is worth nothing.
    """
    if mode:
        CallingChoice.objects.update_or_create(member=member, defaults={"mode": mode})
    else:
        CallingChoice.objects.filter(member=member).delete()
    if ways.mode_of(member) != Call.Mode.BROWSER:
        let_go(member)


def let_go(member: Membership) -> None:
    """Give the browser of `member` another identity, if there is one."""
    for phone in Softphone.objects.select_for_update(of=("self",)).filter(member=member):
        phone.rename()
