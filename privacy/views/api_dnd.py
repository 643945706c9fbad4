"""Results of the DND registry from programs."""

import datetime as dt
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Router, Schema

from accounts.api import ApiRequest, Refused, Sent
from accounts.permissions import Permission, requires
from jini.lib.phone import read_phone
from privacy.actions.dnd import note_results
from privacy.contact_facts import Channel
from privacy.dnd_forms import ASKED
from privacy.dnd_reading import OLDEST, Result
from privacy.models import DndResult

router = Router(tags=["dnd"])
MOST = 1_000


class DndResultIn(Sent):
    phone: str
    channel: str = Channel.CALL.value
    is_registered: bool
    checked_at: dt.datetime
    preference: str = ""


class DndResultsIn(Sent):
    """Up to 1,000 results; `checked_at` carries its zone."""

    items: list[DndResultIn]


class DndResultsOut(Schema):
    taken: int
    known: int


@router.post("dnd-results/", response=DndResultsOut, summary="Bring in what the DND registry said of numbers")
@requires(Permission.SETTINGS_EDIT)
def dnd_results(request: ApiRequest, payload: DndResultsIn) -> dict[str, Any]:
    """All of them or none. The same number, channel and time is known when it comes again."""
    wrong: dict[str, list[str]] = {}
    if not 0 < len(payload.items) <= MOST:
        wrong["items"] = [_("At least 1 and at most 1,000.")]
    results = [_read(place, item, wrong) for place, item in enumerate(payload.items[:MOST])]
    if wrong:
        raise Refused(422, "invalid", _("Some fields are wrong."), fields=wrong)
    taken = note_results(results, source=DndResult.Source.API, by=request.member)
    return {"taken": taken, "known": len(results) - taken}


def _read(place: int, item: DndResultIn, wrong: dict[str, list[str]]) -> Result:
    numbers = read_phone(item.phone).numbers
    if len(numbers) != 1:
        wrong[f"items.{place}.phone"] = [_("This is no phone number.")]
    if item.channel not in dict(ASKED):
        wrong[f"items.{place}.channel"] = [_("This is neither calls nor SMS.")]
    at, now = item.checked_at, timezone.now()
    if at.tzinfo is None:
        wrong[f"items.{place}.checked_at"] = [_("Send it with its zone.")]
    elif not now - OLDEST < at <= now:
        wrong[f"items.{place}.checked_at"] = [_("This is no date of the last 13 months.")]
    if len(item.preference) > 200:
        wrong[f"items.{place}.preference"] = [_("At most %(count)s characters.") % {"count": 200}]
    phone = numbers[0] if numbers else ""
    return Result(
        phone,
        Channel(item.channel) if item.channel in list(Channel) else Channel.CALL,
        item.is_registered,
        at,
        item.preference,
    )
