"""What every page shows around its content: where one can go, who one is, what is under way.

Apps to the left of `accounts` fill in what only they know, in `AppConfig.ready()`:

    context.counters["leads:follow_ups"] = late_follow_ups  # (member) -> int: what is late, the red count of the item
    context.parts["presence"] = presence  # (request) -> dict or None, see `Navigation.presence`
    context.parts["unseen"] = unseen  # (request) -> int: what the member was told and has not seen, counted to 100
    context.parts["callbar"] = callbar  # (request) -> safe HTML of the open call, or ""
    context.parts["usage"] = usage  # (request) -> what makes the page be counted, or ask, or None: see `Navigation.usage`
    context.parts["phone"] = phone  # (request) -> what makes the page a phone, or None: see `Navigation.phone`
"""

import functools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import pgettext_lazy

from accounts import settings_menu
from accounts.permissions import Permission, Role

counters: dict[str, Callable[[Any], int]] = {}
parts: dict[str, Callable[[HttpRequest], Any]] = {}
MOST_COUNTED = 99


@dataclass(frozen=True)
class Place:
    """A page of the navigation. `key` is pressed after "g" to go there."""

    name: str
    icon: str
    label: Any
    key: str


TODAY = Place("dialer:today", "sun-high", pgettext_lazy("navigation", "Today"), "t")
DASHBOARD = Place("reports:dashboard", "layout-dashboard", pgettext_lazy("navigation", "Dashboard"), "d")
LEADS = Place("leads:list", "list", pgettext_lazy("navigation", "Leads"), "l")
PIPELINE = Place("leads:board", "layout-kanban", pgettext_lazy("navigation", "Pipeline"), "b")
FOLLOW_UPS = Place("leads:follow_ups", "calendar-due", pgettext_lazy("navigation", "Follow-ups"), "f")
CALLS = Place("dialer:calls", "phone", pgettext_lazy("navigation", "Calls"), "c")
MY_STATS = Place("reports:my_stats", "chart-bar", pgettext_lazy("navigation", "My stats"), "m")
CAMPAIGNS = Place("dialer:campaigns", "speakerphone", pgettext_lazy("navigation", "Campaigns"), "k")
TEAMS = Place("teams:teams", "users", pgettext_lazy("navigation", "Teams"), "p")
IMPORTS = Place("leads:imports", "upload", pgettext_lazy("navigation", "Imports"), "i")
SETTINGS = Place("accounts:settings", "settings", pgettext_lazy("navigation", "Settings"), "s")

_TELECALLER = (TODAY, LEADS, FOLLOW_UPS, CALLS, MY_STATS)
_MANAGER = (DASHBOARD, LEADS, PIPELINE, FOLLOW_UPS, CALLS, CAMPAIGNS, TEAMS, IMPORTS)
_ADMIN = (*_MANAGER, SETTINGS)
RAILS: dict[str, tuple[Place, ...]] = {
    Role.TELECALLER: _TELECALLER,
    Role.MANAGER: _MANAGER,
    Role.ADMIN: _ADMIN,
    Role.OWNER: _ADMIN,
}
# What the phone's bottom bar has room for; the rest is under More.
_TELECALLER_TABS = (TODAY, LEADS, FOLLOW_UPS)
_MANAGER_TABS = (DASHBOARD, LEADS, FOLLOW_UPS, CAMPAIGNS)

LINKS = {
    "leads": "leads:list",
    "search": "leads:search",
    "new_lead": "leads:new",
    "next_call": "dialer:next",
    # The fragment that keeps the call bar up to date.
    "callbar": "dialer:active_call",
    "presence": "teams:presence",
    "notifications": "accounts:notifications",
    "notification_count": "accounts:notification_count",
    "profile": "accounts:profile",
    "theme": "accounts:theme",
    "language": "set_language",
    "switch": "accounts:switch",
    "sign_in": "account_login",
    "sign_up": "accounts:sign_up",
    "sign_out": "account_logout",
    "policies": "privacy:policies",
    "choices": "privacy:choices",
    "visits": "privacy:visits",
    "settings": "accounts:settings",
    "remove_demo": "accounts:remove_demo",
}


def optional_url(name: str) -> str:
    """The address of the view `name`, or an empty string while there is none, so that no link is dead."""
    return _address(name, settings.ROOT_URLCONF)


@functools.cache
def _address(name: str, urls: str) -> str:
    """Every page asks for fifty addresses, and they do not change while a process lives."""
    try:
        return reverse(name, urls)
    except NoReverseMatch:
        return ""


@dataclass(frozen=True)
class Item:
    """A link of the navigation. `current` is what `aria-current` says: "page", "true" for a page below it, or empty."""

    url: str
    icon: str
    label: Any
    key: str
    current: str
    badge: int


class Navigation:
    """The frame of one request. Everything is worked out when a template asks, so a fragment pays nothing."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request
        self.member = getattr(request, "member", None)

    @cached_property
    def frame(self) -> str:
        """The base template for pages that exist on both sides of the sign-in, such as errors."""
        user = getattr(self.request, "user", None)
        return "base.html" if user is not None and user.is_authenticated else "public.html"

    @cached_property
    def rail(self) -> list[Item]:
        """All places of the member's role that exist, in order."""
        places = RAILS.get(self.role, ())
        reachable = [(place, url) for place in places if (url := optional_url(place.name))]
        path = self.request.path
        here = max((url for __, url in reachable if path.startswith(url)), key=len, default=None)
        return [
            Item(
                url=url,
                icon=place.icon,
                label=place.label,
                key=f"g {place.key}",
                current="" if url != here else "page" if url == path else "true",
                badge=counters[place.name](self.member) if place.name in counters else 0,
            )
            for place, url in reachable
        ]

    @cached_property
    def here(self) -> Item | None:
        """The place of the current page."""
        return next((item for item in self.rail if item.current), None)

    @cached_property
    def tabs(self) -> list[Item]:
        """The places on the phone's bottom bar."""
        wanted = _TELECALLER_TABS if self.is_telecaller else _MANAGER_TABS
        urls = {optional_url(place.name) for place in wanted}
        return [item for item in self.rail if item.url in urls]

    @cached_property
    def more(self) -> list[Item]:
        """The places under More on the phone."""
        return [item for item in self.rail if item not in self.tabs]

    @property
    def role(self) -> str:
        """The member's role; empty for who belongs nowhere."""
        return self.member.role if self.member else ""

    @property
    def is_telecaller(self) -> bool:
        return self.role == Role.TELECALLER

    @cached_property
    def presence(self) -> dict[str, Any] | None:
        """The status menu of a telecaller, or None.

        `label`, `colour` (of the dot: green, amber or empty), `since` (datetime or None) and `choices`: a list of
        `value` (posted as `state` to `teams:presence`), `label` and `icon`.
        """
        if not (self.is_telecaller and self.urls["presence"] and "presence" in parts):
            return None
        shown: dict[str, Any] | None = parts["presence"](self.request)
        return shown

    @cached_property
    def unseen(self) -> str:
        """How many notices the member has not seen, in words that fit on the bell; empty when there is none."""
        if not (self.member and "unseen" in parts):
            return ""
        number: int = parts["unseen"](self.request)
        return f"{MOST_COUNTED}+" if number > MOST_COUNTED else str(number or "")

    @cached_property
    def callbar(self) -> str:
        """The open call or wrap-up as HTML, or an empty string."""
        if not (self.member and "callbar" in parts):
            return ""
        bar: str = parts["callbar"](self.request)
        return bar

    @cached_property
    def phone(self) -> dict[str, Any] | None:
        """What makes this page a phone: `scripts` for its head and its `strip` (safe HTML); None when it is none."""
        if not (self.member and "phone" in parts):
            return None
        made: dict[str, Any] | None = parts["phone"](self.request)
        return made

    @cached_property
    def usage(self) -> dict[str, Any] | None:
        """`is_counted` where the person allows that their visits are noted, `wording` of the question where they have

        not answered it; None when they do not want it.
        """
        if not (self.member and "usage" in parts):
            return None
        found: dict[str, Any] | None = parts["usage"](self.request)
        return found

    @cached_property
    def organisations(self) -> list[Any]:
        """The other organisations of this person, for the switch."""
        if not (self.member and self.urls["switch"]):
            return []
        others = [place.organisation for place in getattr(self.request, "other_places", ())]
        return sorted(others, key=lambda organisation: str(organisation.name))

    @cached_property
    def owners(self) -> list[Any]:
        """Who may do everything in this organisation, so that a refusal can say whom to ask."""
        if not self.member:
            return []
        return list(type(self.member).objects.active().of(self.member.organisation).filter(role=Role.OWNER))

    @cached_property
    def settings(self) -> list[tuple[Any, list[dict[str, Any]]]]:
        """The pages of Settings that the member may use: (group, [{url, label, says, is_current}]), without empty groups."""
        found = [
            (title, [{"url": url, "label": page.label, "says": page.says} for page, url in self._settings_of(group)])
            for group, title in settings_menu.GROUPS.items()
        ]
        addresses = [entry["url"] for _title, entries in found for entry in entries]
        here = max(filter(self.request.path.startswith, addresses), key=len, default=None)
        for _title, entries in found:
            for entry in entries:
                entry["is_current"] = entry["url"] == here
        return [(title, entries) for title, entries in found if entries]

    def _settings_of(self, group: str) -> Iterator[tuple[settings_menu.Page, str]]:
        for page in settings_menu.pages_of(group):
            if self.member and self.member.may(page.permission) and (url := optional_url(page.view)):
                yield page, url

    @property
    def may_remove_demo(self) -> bool:
        return self.member is not None and self.member.may(Permission.DEMO_REMOVE)

    @property
    def home_url(self) -> str:
        return self.rail[0].url if self.rail else "/"

    @cached_property
    def urls(self) -> dict[str, str]:
        """Where the frame's buttons lead, by the names of `LINKS`; an empty string while there is no such view."""
        return {key: optional_url(name) for key, name in LINKS.items()}


def shell(request: HttpRequest) -> dict[str, Any]:
    """Context processor: `navigation`, see `Navigation`."""
    return {"navigation": Navigation(request)}
