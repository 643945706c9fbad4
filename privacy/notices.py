"""The words of privacy's notices under the bell."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import Membership
from jini.lib.retention import SCHEDULE
from jini.lib.words import grouped
from privacy.models import Export


def stopped(_member: Membership, details: Sequence[Mapping[str, Any]]) -> list[str]:
    """A deletion waits since it would take much."""
    text = _("The deletion of “%(rule)s” stopped: %(due)s records are due at once. Look whether that is meant.")
    return [text % {"rule": SCHEDULE[row["rule"]].label, "due": grouped(row["due"])} for row in details]


def asked(_member: Membership, details: Sequence[Mapping[str, Any]]) -> list[str]:
    return [_("%(person)s asked for a copy of everything the organisation holds") % values for values in _who(details)]


def ready(_member: Membership, details: Sequence[Mapping[str, Any]]) -> list[str]:
    return [_("The copy that you asked for is ready for 72 hours")] * len(details)


def fetched(_member: Membership, details: Sequence[Mapping[str, Any]]) -> list[str]:
    said = _("%(person)s fetched a copy of everything the organisation holds")
    return [said % values for values in _who(details)]


def _who(details: Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:
    """Who asked for each copy."""
    found = Export.objects.filter(pk__in=[one["export"] for one in details]).select_related("created_by__user")
    names = {str(row.pk): row.created_by.name for row in found}
    return [{"person": names.get(one["export"], _("Somebody"))} for one in details]


def left(member: Membership, details: Sequence[Mapping[str, Any]]) -> list[str]:
    """Who left for good, and how much waits for somebody else."""
    rows = Membership.objects.filter(organisation=member.organisation_id, pk__in=[one["member"] for one in details])
    names = {str(row.pk): row.name for row in rows.select_related("user")}
    said = _(
        "%(person)s deleted their account. Leads without an owner now: %(leads)s. Follow-ups handed over: %(tasks)s."
    )
    return [
        said % {"person": names.get(one["member"], _("Somebody")), "leads": one["leads"], "tasks": one["follow_ups"]}
        for one in details
    ]
