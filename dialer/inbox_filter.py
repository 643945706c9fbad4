"""Which posts of providers a query string means, and what may be chosen on their page."""

import datetime as dt
import uuid
from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from accounts.models import Membership
from dialer.calls.inbox_days import bounds_of
from dialer.models import CallEvent, TelephonyAccount
from jini.lib.forms import typed
from leads.filter_form import Choice

AGAIN = "again"
DAY = dt.timedelta(days=1)
# The calendar's own edges have no day before or after them.
YEARS = range(1901, 2900)


@dataclass
class InboxFilter:
    """Posts of one `day` (of any day, when they are those of one `call`), and how the page says so.

    `provider` and `verdict` narrow them; what does not fit narrows nothing.
    """

    posts: Any
    day: dt.date
    call: uuid.UUID | None = None
    values: dict[str, str] = field(default_factory=dict)

    @property
    def choices(self) -> list[Choice]:
        providers = [row for row in TelephonyAccount.Provider.choices if row[0] != TelephonyAccount.Provider.OWN_PHONE]
        return [
            Choice("provider", _("Provider"), providers, self.values.get("provider", "")),
            Choice("verdict", _("Taken as"), verdicts(), self.values.get("verdict", "")),
        ]

    @property
    def day_before(self) -> str:
        return self._query(self.day - DAY)

    @property
    def day_after(self) -> str:
        return self._query(self.day + DAY) if self.day < timezone.localdate() else ""

    def _query(self, day: dt.date) -> str:
        query = QueryDict(mutable=True)
        query.update({"day": day.isoformat()} | self.values)
        return query.urlencode()


def verdicts() -> list[tuple[str, Any]]:
    """What a post may be taken as, and that it was sent again."""
    return [*CallEvent.Verdict.choices, (AGAIN, _("Sent again"))]


def read_inbox(member: Membership, query: QueryDict) -> InboxFilter:
    """Return the posts that `member` sees and `query` means: `call=`, else `day=` (today); `provider=`, `verdict=`."""
    call, day = _id(query.get("call", "")), _day(query.get("day", "")) or timezone.localdate()
    posts = CallEvent.objects.visible_to(member)
    if call is not None:
        posts = posts.filter(call_token=call)
    else:
        first, after = bounds_of(day)
        posts = posts.filter(received_at__gte=first, received_at__lt=after)
    found = InboxFilter(posts, day, call)
    provider, verdict = query.get("provider", ""), query.get("verdict", "")
    if provider in TelephonyAccount.Provider.values:
        found.values["provider"], found.posts = provider, found.posts.filter(provider=provider)
    if verdict == AGAIN:
        found.values["verdict"], found.posts = verdict, found.posts.posted_twice()
    elif verdict in CallEvent.Verdict.values:
        found.values["verdict"], found.posts = verdict, found.posts.filter(verdict=verdict)
    return found


def _id(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def _day(text: str) -> dt.date | None:
    try:
        day = parse_date(typed(text))
    except ValueError:
        return None
    return day if day and day.year in YEARS else None
