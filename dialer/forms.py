"""What a telecaller and a manager may send to the dialer."""

import datetime as dt
from collections.abc import Mapping

from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from dialer.campaigns.picks import quick_picks
from dialer.models import Disposition


class FollowUpTime:
    """When the next call is: one of the offers, or a date and time. `moment` after `is_valid()`, else `problem`."""

    def __init__(self, sent: Mapping[str, str], *, wanted_minutes: int | None) -> None:
        self.sent = sent
        self.wanted_minutes = wanted_minutes
        self.moment: dt.datetime | None = None
        self.problem = ""

    def is_given(self, outcome: Disposition) -> bool:
        """Whether a time was sent with this outcome, and not left over from another one that was chosen before."""
        return "due" in self.sent and self.sent.get("outcome", str(outcome.pk)) == self.sent.get("chosen")

    def is_valid(self) -> bool:
        key = self.sent.get("due", "")
        if key != "pick":
            picks = {pick.key: pick.at for pick in quick_picks(wanted_minutes=self.wanted_minutes)}
            self.moment = picks.get(key)
            self.problem = "" if self.moment else _("Choose a time.")
        else:
            self._read(self.sent.get("due_at", ""))
        return not self.problem

    def _read(self, text: str) -> None:
        try:
            moment = parse_datetime(text)
        except ValueError:
            moment = None
        if moment is None:
            self.problem = _("Enter a date and a time.")
        elif (moment := timezone.make_aware(moment) if timezone.is_naive(moment) else moment) <= timezone.now():
            self.problem = _("This time is over. Choose a later one.")
        else:
            self.moment = moment
