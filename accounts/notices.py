"""The words of the notices under the bell: each app says its own kinds in `AppConfig.ready()`.

    notices.register("lead.mentioned", words, symbol="message")

`words(member, details)` gets who reads and the details of several notices of the kind, and
returns a sentence for each, in the active language. It asks the database once for all of them, through `visible_to`, so
that a name shows only to who may still see it.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import Membership, Notification

Words = Callable[[Membership, Sequence[Mapping[str, Any]]], Sequence[str]]


@dataclass(frozen=True)
class Kind:
    """How one kind of notice is told, and its icon."""

    words: Words
    symbol: str
    mail: str = "emails/reminder.txt"


@dataclass(frozen=True)
class Told:
    """A notice, ready to show."""

    notice: Notification
    text: str
    symbol: str


_kinds: dict[str, Kind] = {}


def register(kind: str, words: Words, *, symbol: str = "bell", mail: str = Kind.mail) -> None:
    """Have notices of `kind` told by `words`, under the icon `symbol`, and by e-mail with the template `mail`."""
    _kinds[kind] = Kind(words, symbol, mail)


def mail_of(kind: str) -> str:
    """Return the template of the e-mail that tells a notice of `kind`."""
    return _kinds.get(kind, _UNKNOWN).mail


def tell(member: Membership, notices: Iterable[Notification]) -> list[Told]:
    """Put `notices` into words for `member`, in their order, with as many questions as there are kinds."""
    rows = list(notices)
    by_kind: dict[str, list[Notification]] = defaultdict(list)
    for row in rows:
        by_kind[row.kind].append(row)
    told: dict[Any, Told] = {}
    for name, same in by_kind.items():
        kind = _kinds.get(name, _UNKNOWN)
        texts = kind.words(member, [row.details for row in same])
        told |= {row.pk: Told(row, text, kind.symbol) for row, text in zip(same, texts, strict=True)}
    return [told[row.pk] for row in rows]


def text_of(member: Membership, notice: Notification) -> str:
    """The sentence of one notice, in the active language."""
    return tell(member, [notice])[0].text


def _nameless(_member: Membership, details: Sequence[Mapping[str, Any]]) -> list[str]:
    return [_("There is news here.")] * len(details)


# Of a kind that no app knows any more.
_UNKNOWN = Kind(_nameless, "bell")
