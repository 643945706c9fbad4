"""Why a lead is the next one, in the words that stand above its button."""

from django.utils import timezone
from django.utils.translation import gettext as _

from dialer.models import QueueEntry
from jini.lib.words import duration, lateness, time_of_day

Rank = QueueEntry.Rank


def reason_of(entry: QueueEntry) -> str:
    """Return the reason for `entry`: "Follow-up due 10:45 am, 7 min late", "New lead, 4 min old", "Retry 2"."""
    if entry.rank == Rank.FOLLOW_UP:
        due = _("Follow-up due %(time)s") % {"time": time_of_day(timezone.localtime(entry.due_at))}
        late = lateness(entry.due_at)
        return f"{due}, {late}" if late else due
    if entry.rank == Rank.RETRY:
        return _("Retry, call %(number)s") % {"number": entry.attempts + 1}
    if entry.rank == Rank.HOT:
        age = (timezone.now() - entry.lead.created_at).total_seconds()
        return _("New lead, %(age)s old") % {"age": duration(age)}
    return str(Rank(entry.rank).label)
