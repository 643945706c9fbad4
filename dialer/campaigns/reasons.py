"""Why a lead is the next one, in the words that stand above its button."""

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dialer.models import IncomingCall, QueueEntry
from jini.lib.words import duration, lateness, time_of_day

Rank = QueueEntry.Rank


def reason_of(entry: QueueEntry) -> str:
    """Return the reason for `entry`: "Follow-up due 10:45 am, 7 min late", "New lead, 4 min old", "Retry 2",
    "3 missed calls, the last one 10:45 am"."""
    if entry.rank == Rank.FOLLOW_UP:
        due = _("Follow-up due %(time)s") % {"time": time_of_day(timezone.localtime(entry.due_at))}
        late = lateness(entry.due_at)
        return f"{due}, {late}" if late else due
    if entry.rank == Rank.MISSED:
        return _missed(entry)
    if entry.rank == Rank.RETRY:
        return _("Retry, call %(number)s") % {"number": entry.attempts + 1}
    if entry.rank == Rank.HOT:
        age = (timezone.now() - entry.lead.created_at).total_seconds()
        return _("New lead, %(age)s old") % {"age": duration(age)}
    return str(Rank(entry.rank).label)


def _missed(entry: QueueEntry) -> str:
    calls = list(IncomingCall.objects.to_return().filter(lead=entry.lead_id).order_by("-started_at")[:99])
    if not calls:
        return str(Rank.MISSED.label)
    said = ngettext("Missed call %(time)s", "%(count)s missed calls, the last one %(time)s", len(calls))
    return said % {"count": len(calls), "time": time_of_day(timezone.localtime(calls[0].started_at))}
