"""Changing how long the organisation keeps a kind of record."""

from django.db import transaction

from accounts import audit
from accounts.models import Membership
from privacy.holds import wait_for_holds
from privacy.models import RetentionRule
from privacy.retention import changeable, schedule_here, why_not


class NotAllowed(Exception):
    """The period is outside of what the schedule allows; the message says why."""


@transaction.atomic
def set_period(rule: str, days: int, *, by: Membership) -> RetentionRule:
    """Keep records under `rule` for `days`. Raises `NotAllowed`; KeyError for a rule that nobody may change.

    Two changes at once wait for each other: together they might break the order of usage and personal data.
    """
    wait_for_holds(alone=True)
    here = schedule_here()
    if rule not in changeable():
        raise KeyError(rule)
    if why := why_not(rule, days, here):
        raise NotAllowed(why)
    before = here[rule].days
    row, __ = RetentionRule.objects.update_or_create(rule=rule, defaults={"days": days, "changed_by": by})
    if before != days:
        audit.record("retention.changed", by=by, subject=row, rule=rule, before=before, days=days)
    kept: RetentionRule = row
    return kept
