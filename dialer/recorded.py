"""What the dialler records about whoever calls, and who listened; for their own eyes."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from dialer.models import Call, Device, Participant, Recording, RecordingPlay
from jini.lib.recorded import Line, counted, names


def calls(member: Membership) -> Any:
    return Call.objects.filter(telecaller=member)


def recordings(member: Membership) -> Any:
    return Recording.objects.filter(call__telecaller=member).exclude(state=Recording.State.ERASED)


def plays(member: Membership) -> Any:
    """When others listened to recordings of this person."""
    return RecordingPlay.objects.filter(recording__call__telecaller=member).exclude(member=member)


def supervisions(member: Membership) -> Any:
    """When somebody listened in on a running call of this person."""
    supervised = Participant.objects.filter(call__telecaller=member, kind=Participant.Kind.SUPERVISOR)
    return supervised.filter(joined_at__isnull=False)


def phones(member: Membership) -> Any:
    return Device.objects.filter(member=member, revoked_at=None)


def _who(rows: Any) -> list[str]:
    found = rows.order_by().values_list("member", flat=True).distinct()
    return names(Membership.objects.filter(pk__in=list(found)).select_related("user"))


LINES = (
    Line(_("Calls: when, how long, with whom, outcome"), "calls", counted(calls), view="dialer:calls"),
    Line(_("Recordings of my calls"), "recordings", counted(recordings), view="dialer:calls"),
    Line(_("Others listened to a recording"), "recordings", counted(plays), lambda member: _who(plays(member))),
    Line(
        _("Somebody listened in on a running call"),
        "calls",
        counted(supervisions),
        lambda member: _who(supervisions(member)),
    ),
    Line(_("My own phones that tell of calls"), "secrets", counted(phones), view="dialer:own_devices"),
)
