"""The gate of money: what calls of the day, reserved or over, leave for the next one."""

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from privacy.contact_facts import Contact, Limits, Rules, Used
from privacy.contact_reasons import GateName, Reason
from privacy.gate_results import GateResult, failed, passed, shown

NOTHING = Used()
OF_ORGANISATION = (Reason.CALLS_USED, Reason.MINUTES_USED, Reason.SPEND_USED)
OF_MEMBER = (Reason.MEMBER_CALLS_USED, Reason.MEMBER_MINUTES_USED, Reason.MEMBER_SPEND_USED)


def spend(contact: Contact, rules: Rules, now: dt.datetime) -> GateResult:
    """Pass while calls, minutes and money of the day, the next call's included, stay within every limit.

    What is used belongs to a day in the organisation's zone, and the next one begins with nothing.
    """
    spent = contact.spent
    today = now.astimezone(spent.zone).date()
    is_today = spent.day == today
    tomorrow = dt.datetime.combine(today + dt.timedelta(days=1), dt.time(0), spent.zone).astimezone(dt.UTC)
    for used, limits, reasons in (
        (spent.used, rules.on_day, OF_ORGANISATION),
        (spent.used, Limits(calls=rules.new_calls), (Reason.NEW_CALLS_USED, *OF_ORGANISATION[1:])),
        (spent.by_member, rules.on_member, OF_MEMBER),
    ):
        reached = list(_reached(used if is_today else NOTHING, limits, spent.next_call))
        alone = list(_reached(NOTHING, limits, spent.next_call))
        if reached:
            at, details = reached[0]
            # A limit that one call alone is too much for does not open on any day.
            frees_at = None if alone else tomorrow
            return failed(GateName.SPEND, reasons[at], frees_at, **details)
    calls = spent.used.calls if is_today else 0
    return passed(GateName.SPEND, Reason.WITHIN_SPEND, count=calls, limit=shown(rules.on_day.calls))


def _reached(used: Used, limits: Limits, next_call: Used) -> Iterator[tuple[int, dict[str, Any]]]:
    """The limits that the next call would pass: 0 calls, 1 minutes, 2 money, each with what its sentence says."""
    if limits.calls is not None and next_call.calls and used.calls + next_call.calls > limits.calls:
        yield 0, {"count": used.calls, "limit": limits.calls}
    if limits.minutes is not None and used.seconds + next_call.seconds > limits.minutes * 60:
        yield 1, {"count": used.seconds // 60, "limit": limits.minutes}
    if limits.amount is not None and used.amount + next_call.amount > limits.amount:
        yield 2, {"amount": used.amount.quantize(Decimal("0.01")), "limit": limits.amount}
