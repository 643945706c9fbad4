"""The periods of an organisation: the schedule with its own changes, and what it may change."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from jini.lib.purging import purged_rules
from jini.lib.retention import SCHEDULE, Rule, days_elsewhere, longer_than_personal, outliving
from privacy.models import RetentionRule, RetentionRun

# Our own figure, where the schedule names no longest period.
LONGEST = 3650


def schedule_here() -> dict[str, Rule]:
    """Return the schedule as it holds for the organisation of the open scope."""
    own = dict(RetentionRule.objects.values_list("rule", "days"))
    return {key: replace(rule, days=own.get(key, rule.days)) for key, rule in SCHEDULE.items()}


def changeable() -> dict[str, Rule]:
    """Return the rules whose period an admin may change: those with bounds, under which something goes by itself."""
    return {key: rule for key in purged_rules() if (rule := SCHEDULE[key]).least is not None or rule.most is not None}


def bounds(rule: Rule) -> tuple[int, int]:
    """Return the shortest and the longest period of a rule, in days."""
    return rule.least or 1, rule.most or LONGEST


def why_not(key: str, days: int, here: Mapping[str, Rule]) -> str:
    """Return why `days` may not be the period of rule `key`, in the language of the page; empty when it may."""
    rule = here[key]
    least, most = bounds(rule)
    if days < least:
        return _("Shorter than allowed: at least %(days)s. %(source)s.") % {
            "days": in_days(least),
            "source": _sentence(rule.source),
        }
    if days > most:
        return _("Longer than allowed: at most %(days)s. %(source)s.") % {
            "days": in_days(most),
            "source": _sentence(rule.source),
        }
    if days < (elsewhere := days_elsewhere(key)):
        return _(
            "A company that works for you keeps copies for %(days)s: shorten that there and in the settings first."
        ) % {"days": in_days(elsewhere)}
    changed = {**here, key: replace(rule, days=days)}
    if wrong := longer_than_personal(changed):
        names = ", ".join(str(changed[name].label) for name in wrong)
        return _("“%(names)s” would be kept longer than personal records; the policy promises the opposite.") % {
            "names": names
        }
    for one, row in outliving(changed):
        if key in {one, row}:
            return _("“%(one)s” would be kept longer than “%(row)s”, to which they belong.") % {
                "one": changed[one].label,
                "row": changed[row].label,
            }
    return ""


def in_days(days: int) -> str:
    return ngettext("%(days)s day", "%(days)s days", days) % {"days": days}


def _sentence(source: str) -> str:
    return source[:1].upper() + source[1:]


def cutoff_of(rule: Rule) -> dt.datetime:
    """Return the moment before which records are due now."""
    return timezone.now() - dt.timedelta(days=rule.days)


def purged_before(rule: str) -> dt.datetime | None:
    """Return the moment before which records of the open scope were deleted under `rule`; None: none were.

    What is counted from such records must not be counted again before it.
    """
    gone = RetentionRun.objects.filter(rule=rule, removed__gt=0).order_by("-cutoff")
    return gone.values_list("cutoff", flat=True).first()
