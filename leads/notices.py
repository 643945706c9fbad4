"""The words of the notices about follow-ups."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from accounts.models import Membership
from jini.lib.words import date_and_time
from leads.models import FollowUp

Details = Sequence[Mapping[str, Any]]


def soon(member: Membership, details: Details) -> list[str]:
    said = _("Follow-up with %(name)s, due %(time)s")
    return [said % values for values in _values(member, details)]


def overdue(member: Membership, details: Details) -> list[str]:
    said = _("Overdue: follow-up with %(name)s, was due %(time)s")
    return [said % values for values in _values(member, details)]


def taken(member: Membership, details: Details) -> list[str]:
    said = _("%(person)s took over your late follow-up with %(name)s")
    return [said % values for values in _values(member, details)]


def given(member: Membership, details: Details) -> list[str]:
    said = _("%(person)s gave you a follow-up with %(name)s, due %(time)s")
    return [said % values for values in _values(member, details)]


def _values(member: Membership, details: Details) -> list[dict[str, str]]:
    """The name of each lead, where the member may read it by now, and the time that the notice was about."""
    wanted = [one["follow_up"] for one in details]
    tasks = FollowUp.objects.within_reach_of(member).filter(pk__in=wanted).select_related("lead")
    names = {str(task.pk): task.lead.name for task in tasks}
    ids = {one["by"] for one in details if "by" in one}
    people = (
        {str(row.pk): row.name for row in Membership.objects.of(member.organisation).filter(pk__in=ids)} if ids else {}
    )
    nobody = pgettext("follow-up with", "a lead")
    return [
        {
            "person": people.get(one.get("by", ""), ""),
            "name": names.get(one["follow_up"]) or nobody,
            "time": date_and_time(dt.datetime.fromisoformat(one["due_at"])),
        }
        for one in details
    ]
