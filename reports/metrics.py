"""Every figure, defined once: its name, what it counts, how it is written, and whether more of it is better.

The definitions are those of the contact-centre trade; what is ambiguous there (conversion rate, talk time) names its base.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from jini.lib.words import duration, grouped
from reports.counts import Counts


@dataclass
class Totals:
    """What is counted of a selection; times in seconds. `first_response` is a median, None when there is none."""

    counts: Counts = field(default_factory=Counts)
    leads_called: int = 0
    conversions: int = 0
    first_response: float | None = None
    follow_ups_due: int = 0
    follow_ups_in_time: int = 0
    callbacks_due: int = 0
    callbacks_kept: int = 0
    untouched: int | None = None


class Unit(Enum):
    COUNT = "count"
    RATE = "rate"
    # Seconds: of one thing, and of many added up.
    LENGTH = "length"
    TIME = "time"


@dataclass(frozen=True)
class Metric:
    """One figure; `better` is 1 when more is better, −1 when less is, 0 when neither."""

    key: str
    label: Any
    definition: Any
    unit: Unit
    better: int
    value: Callable[[Totals], float | None]

    def shown(self, value: float | None) -> str:
        """Return `value` as people read it; a dash for None."""
        if value is None:
            return "–"
        if self.unit is Unit.RATE:
            return percent(value)
        return grouped(value) if self.unit is Unit.COUNT else duration(value)

    def change(self, now: float | None, before: float | None) -> "Change | None":
        """Return how the figure moved since the period before; None when it cannot be said."""
        if now is None or before is None or (not before and not now):
            return None
        difference = now - before
        sign = "+" if difference > 0 else "−" if difference < 0 else "±"
        if self.unit is Unit.RATE:
            points = round(abs(difference) * 100, 1 if abs(difference) < 0.1 else 0)
            text = gettext("%(sign)s%(points)s points") % {"sign": sign, "points": f"{points:g}"}
        elif self.unit is Unit.LENGTH:
            text = f"{sign}{duration(abs(difference))}"
        elif before >= 100 or (self.unit is Unit.TIME and before):
            text = f"{sign}{round(abs(difference) / before * 100)} %"
        else:
            text = f"{sign}{grouped(abs(difference)) if self.unit is Unit.COUNT else duration(abs(difference))}"
        direction = (difference > 0) - (difference < 0)
        return Change(text, direction, direction * self.better, self.shown(before))


@dataclass(frozen=True)
class Change:
    """`direction` is where the figure went, `verdict` what that is: 1 better, −1 worse, 0 neither."""

    text: str
    direction: int
    verdict: int
    before: str


def percent(share: float) -> str:
    """`share` of 1 in per cent, with one decimal below 10 %."""
    per_cent = share * 100
    return f"{per_cent:.1f} %".replace(".0 %", " %") if per_cent < 9.95 else f"{per_cent:.0f} %"


def ratio(part: float, whole: float) -> float | None:
    """`part` ÷ `whole`; None of nothing."""
    return part / whole if whole else None


METRICS: dict[str, Metric] = {
    metric.key: metric
    for metric in (
        Metric(
            "total_calls",
            _("Calls"),
            _("Outgoing attempts that reached the carrier in the period."),
            Unit.COUNT,
            1,
            lambda t: t.counts.total_calls,
        ),
        Metric(
            "unique_leads_called",
            _("Leads called"),
            _("Different leads with at least one such attempt in the period."),
            Unit.COUNT,
            1,
            lambda t: t.leads_called,
        ),
        Metric(
            "connected_calls",
            _("Connected"),
            _("Calls that were answered, as the provider says; on an own phone, as the outcome says."),
            Unit.COUNT,
            1,
            lambda t: t.counts.connected_calls,
        ),
        Metric(
            "connect_rate",
            _("Connect rate"),
            _("Connected calls ÷ calls."),
            Unit.RATE,
            1,
            lambda t: ratio(t.counts.connected_calls, t.counts.total_calls),
        ),
        Metric(
            "contact_rate",
            _("Contact rate"),
            _("Calls whose outcome says that we spoke with the lead ÷ calls."),
            Unit.RATE,
            1,
            lambda t: ratio(t.counts.contact_calls, t.counts.total_calls),
        ),
        Metric(
            "talk_time",
            _("Talk time"),
            _("From answer to end on the lead's line, added up."),
            Unit.TIME,
            1,
            lambda t: t.counts.talk_time,
        ),
        Metric(
            "average_talk_time",
            _("Average talk time"),
            _("Talk time ÷ connected calls."),
            Unit.LENGTH,
            0,
            lambda t: ratio(t.counts.talk_time, t.counts.connected_calls),
        ),
        Metric(
            "ring_time",
            _("Ring time"),
            _("From the first ring to answer or end on the lead's line, added up."),
            Unit.TIME,
            0,
            lambda t: t.counts.ring_time,
        ),
        Metric(
            "after_call_work",
            _("After-call work"),
            _("From the end of a call to its saved outcome, added up."),
            Unit.TIME,
            -1,
            lambda t: t.counts.after_call_work,
        ),
        Metric(
            "average_handle_time",
            _("Average handle time"),
            _("(Talk time + after-call work) ÷ calls with a saved outcome."),
            Unit.LENGTH,
            0,
            lambda t: ratio(t.counts.talk_time + t.counts.after_call_work, t.counts.handled_calls),
        ),
        Metric(
            "first_response_time",
            _("First response"),
            _("Median time from the creation of a lead to its first attempt, of the leads created in the period."),
            Unit.LENGTH,
            -1,
            lambda t: t.first_response,
        ),
        Metric(
            "follow_up_compliance",
            _("Follow-ups in time"),
            _("Follow-ups done within 30 minutes of their due time ÷ follow-ups that fell due."),
            Unit.RATE,
            1,
            lambda t: ratio(t.follow_ups_in_time, t.follow_ups_due),
        ),
        Metric(
            "callbacks_kept",
            _("Callbacks kept"),
            _("Callbacks done within 10 minutes of their time ÷ callbacks that fell due."),
            Unit.RATE,
            1,
            lambda t: ratio(t.callbacks_kept, t.callbacks_due),
        ),
        Metric(
            "conversions",
            _("Conversions"),
            _("Leads that entered a won status in the period."),
            Unit.COUNT,
            1,
            lambda t: t.conversions,
        ),
        Metric(
            "conversion_rate",
            _("Conversion rate"),
            _("Conversions ÷ connected calls."),
            Unit.RATE,
            1,
            lambda t: ratio(t.conversions, t.counts.connected_calls),
        ),
        Metric(
            "untouched_leads",
            _("Untouched leads"),
            _("Open leads without any attempt, as it stands now."),
            Unit.COUNT,
            -1,
            lambda t: t.untouched,
        ),
    )
}
