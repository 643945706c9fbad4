"""The menu of Settings: apps to the left of accounts add their pages to it in `AppConfig.ready()`."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.permissions import Permission

GROUPS = {
    "organisation": _("Organisation"),
    "leads": pgettext_lazy("settings", "Leads"),
    "calling": _("Calling"),
    "records": _("Privacy and records"),
}


@dataclass(frozen=True)
class Page:
    """A page of Settings: the name of its view, its group of `GROUPS`, and the right that it needs."""

    view: str
    label: Any
    group: str
    permission: Permission = Permission.SETTINGS_EDIT
    says: Any = ""


_pages: list[Page] = []


def add(page: Page) -> None:
    """Put `page` at the end of its group."""
    if page not in _pages:
        _pages.append(page)


def pages_of(group: str) -> list[Page]:
    return [page for page in _pages if page.group == group]
