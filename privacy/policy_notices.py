"""The words of notices about documents."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Membership
from jini.lib.words import moment_in_words
from privacy.models import Policy


def _told(details: Mapping[str, Any]) -> dict[str, Any]:
    day = timezone.localtime(dt.datetime.fromisoformat(details["from"])).date()
    return {"document": Policy.Kind(details["kind"]).label, "day": moment_in_words(day)}


def to_accept(_member: Membership, details: Sequence[Mapping[str, Any]]) -> list[str]:
    """One sentence for each document that is to be accepted anew."""
    words = _("%(document)s: a new version holds from %(day)s. You will be asked to accept it.")
    return [words % _told(each) for each in details]


def changed(_member: Membership, details: Sequence[Mapping[str, Any]]) -> list[str]:
    """One sentence for each document that changed without asking anything of anybody."""
    return [_("%(document)s: changed, since %(day)s.") % _told(each) for each in details]
