"""The words of notices about the end of an organisation's account."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from jini.lib.words import date_and_time
from privacy.actions import cancelling

Words = Callable[[Membership, Sequence[Mapping[str, Any]]], list[str]]

SAID: dict[str, Promise] = {
    cancelling.ASKED: _("An owner asked to cancel the account of your organisation. Nothing changes before %(at)s."),
    cancelling.BEGUN: _(
        "The account of your organisation is cancelled: no more calls, and nothing can be changed. Everything is erased"
        " from %(at)s on."
    ),
    cancelling.SOON: _("The records of your organisation are erased from %(at)s on. Take out before what you need."),
    cancelling.HELD: _("A legal hold stops the erasing of your organisation's records, which was due on %(at)s."),
    cancelling.UNDONE: _("The cancellation of your organisation's account was taken back. You can go on working."),
}


def words_of(kind: str) -> Words:
    """Return what says a notice of `kind`."""

    def words(_member: Membership, details: Sequence[Mapping[str, Any]]) -> list[str]:
        return [str(SAID[kind]) % {"at": date_and_time(_moment(row))} for row in details]

    return words


def _moment(details: Mapping[str, Any]) -> dt.datetime:
    return dt.datetime.fromisoformat(details["at"])
