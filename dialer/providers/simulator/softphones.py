"""The simulator's browsers: pages of ours that ring, answer and leave, without any sound."""

import datetime as dt
import secrets
import uuid

from django.utils import timezone

from accounts import work
from dialer.models import SimulatedCall
from dialer.providers.port import CheckOutcome, CheckStep, Leg, Status, is_third
from dialer.providers.port.softphones import Page, Prepared
from dialer.providers.simulator.posting import BROWSER, moment
from dialer.providers.simulator.record import Happening, customers_end, events_of, tell

LEAVES_AFTER = dt.timedelta(seconds=1)
PAGE = Page(scripts="dialer/_phone_simulator.html")


class SimulatedSoftphones:
    """The port's `Softphones` for the simulator, which lets every page in that we serve to a member."""

    def token(self, identity: str) -> str:
        """Return what nobody asks for again: the page's own session says who it is."""
        return secrets.token_urlsafe(24)

    def prepare(self, name: str) -> Prepared:
        return Prepared(CheckStep("softphone", CheckOutcome.PASSED))

    def retire(self, name: str) -> None:
        """Nothing was made."""

    @property
    def key_id(self) -> str:
        return ""


def telecallers_leg(record: SimulatedCall) -> str:
    """Return which of the telecaller's two possible legs is on the line."""
    statuses = [row["status"] for row in events_of(record, BROWSER)]
    return BROWSER if Status.IN_PROGRESS in statuses else str(Leg.AGENT)


def answer(token: uuid.UUID, leg: str, *, is_unruly: bool) -> bool:
    """Let the browser that rings as `leg` of the call `token` be answered; False when it does not ring (any more)."""
    now = timezone.now()
    record = SimulatedCall.objects.select_for_update().filter(token=token).first()
    mine = events_of(record, leg) if record else []
    past = [row["status"] for row in mine if moment(row["at"]) <= now]
    if record is None or past[-1:] != [Status.RINGING]:
        return False
    for row in mine[len(past) :]:
        row["cut"] = True
    script: list[Happening] = [(Status.IN_PROGRESS, now, None)]
    if is_third(leg) and (over := customers_end(record, now)) is not None:
        # A third person leaves when the lead does.
        script.append((Status.COMPLETED, over + LEAVES_AFTER, int((over + LEAVES_AFTER - now).total_seconds())))
    tell(record, leg, script, mine[0]["url"], is_unruly=is_unruly)
    record.save()
    work.schedule("simulator.emit", record.pk)
    return True
