"""The parts of a page of figures: each a table, of which the charts are drawn and the CSV is written."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from django.utils import timezone
from django.utils.dateformat import DateFormat
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dialer.models import Disposition
from jini.lib.words import duration, grouped
from reports import figures
from reports.cells import Cell, Part, Row, count_cell, in_words, names_of_people, share_cell
from reports.costs import cost
from reports.figures import Figures
from reports.metrics import METRICS, Change, Metric, Totals, ratio
from reports.selection import Selection

# Fewer calls than this say nothing about when people pick up.
FEW = 5
USUAL_HOURS = range(9, 21)


@dataclass(frozen=True)
class Tile:
    """One metric at the top: its value, how it moved, and its last days as points of a line in a box of 100 × 28."""

    metric: Metric
    text: str
    url: str
    change: Change | None
    points: str = ""


def tiles(read: Figures, keys: Sequence[str]) -> list[Tile]:
    """Return the tiles of `keys`, each compared with the time before."""
    now, before = read.totals(), read.totals_before()
    days = read.by_day(read.spark)
    return [_tile(METRICS[key], read.selection, now, before, [totals for __, totals in days]) for key in keys]


# What the rollup knows day by day.
_DAILY = {"total_calls", "unique_leads_called", "connect_rate", "talk_time", "average_talk_time", "conversions",
          "conversion_rate", "connected_calls", "contact_rate", "after_call_work", "average_handle_time"}  # fmt: skip


def _tile(metric: Metric, selection: Selection, now: Totals, before: Totals, days: Sequence[Totals]) -> Tile:
    value = metric.value(now)
    # How many leads several people, or one campaign, called on each day is not kept.
    is_kept = metric.key in _DAILY and (metric.key != "unique_leads_called" or selection.adds_up)
    series = [metric.value(day) for day in days] if is_kept else []
    text = in_words(int(value)) if metric.key == "untouched_leads" and value is not None else metric.shown(value)
    return Tile(
        metric, text, _rows_url(metric.key, selection), metric.change(value, metric.value(before)), _points(series)
    )


_ROWS: dict[str, Callable[[Selection], str]] = {
    **dict.fromkeys(
        ("connected_calls", "connect_rate", "average_talk_time", "talk_time"),
        lambda selection: selection.calls_url(connected=1),
    ),
    **dict.fromkeys(("conversions", "conversion_rate"), lambda selection: selection.leads_url("won")),
    "contact_rate": lambda selection: selection.calls_url(contact=1),
    "unique_leads_called": lambda selection: selection.calls_url(per_lead=1),
    "untouched_leads": lambda selection: selection.leads_url(untouched=1),
    "first_response_time": lambda selection: selection.leads_url("created", attempts_min=1),
    "follow_up_compliance": lambda selection: selection.fell_due_url(result="in_time"),
    "callbacks_kept": lambda selection: selection.fell_due_url(kind="callback", result="kept"),
}


def _rows_url(key: str, selection: Selection) -> str:
    """The rows behind a metric; behind a ratio those of its upper part."""
    return _ROWS.get(key, Selection.calls_url)(selection)


def _points(series: Sequence[float | None]) -> str:
    """The line of a series in a box of 100 × 28, 2 from its edges; a day without a value is left out."""
    known = [(place, value) for place, value in enumerate(series) if value is not None]
    if len(known) < 2:
        return ""
    values = [value for __, value in known]
    low, high = min(values), max(values)
    reach = (high - low) or 1
    width = len(series) - 1
    return " ".join(f"{place * 100 / width:.1f},{26 - (value - low) / reach * 24:.1f}" for place, value in known)


def _length(part: float, whole: float) -> float:
    return round(100 * part / whole, 1) if whole else 0


def untouched(read: Figures) -> Part:
    """Untouched leads by their age."""
    counts = figures.untouched_by_age(read.selection)
    names = (_("Under 1 hour"), _("1 to 24 hours"), _("1 to 3 days"), _("Over 3 days"))
    most, whole = max(counts), sum(counts)
    rows = [
        Row(
            Cell(name, name),
            [count_cell(count, read.selection.leads_url(untouched=1, age=age)), share_cell(count, whole)],
            [_length(count, most)],
            colour,
        )
        for name, count, colour, age in zip(names, counts, "bbyr", ("hour", "day", "days", "older"), strict=True)
    ]
    return Part("untouched", _("Untouched leads, by age"), [_("Age"), _("Leads"), _("Share")], rows)


def late(read: Figures) -> Part:
    """Who is late with follow-ups."""
    found = figures.late_follow_ups(read.selection)
    names = names_of_people()
    now = timezone.now()
    most = max((row.count for row in found), default=0)
    rows = []
    for row in found:
        waits = (now - row.oldest).total_seconds()
        url = read.selection.follow_ups_url(person=row.member_id)
        name = names.get(row.member_id, "")
        rows.append(
            Row(
                Cell(name, name),
                [count_cell(row.count, url), Cell(_wait(waits), round(waits))],
                [_length(row.count, most)],
                "r",
            )
        )
    title = _("Late follow-ups")
    return Part("late", title, [_("Telecaller"), _("Late"), _("Longest wait")], rows, _("Count, and the longest wait"))


def promises(read: Figures) -> Part:
    """How well everybody kept to the times of their follow-ups, and of what they promised."""
    people = names_of_people()
    rows = []
    for row in figures.kept_by_person(read.selection):
        url = partial(read.selection.fell_due_url, person=row.member_id)
        name = people.get(row.member_id, "")
        rows.append(
            Row(
                Cell(name, name),
                [
                    count_cell(row.due, url()),
                    count_cell(row.in_time, url(result="in_time")),
                    share_cell(row.in_time, row.due),
                    count_cell(row.callbacks, url(kind="callback")),
                    count_cell(row.kept, url(kind="callback", result="kept")),
                    share_cell(row.kept, row.callbacks),
                ],
            )
        )
    columns = [
        _("Telecaller"), _("Fell due"), _("In time"), _("Share in time"), _("Callbacks"), _("Callbacks kept"),
        _("Share kept"),
    ]  # fmt: skip
    return Part("promises", _("Kept on time"), columns, rows)


def _wait(seconds: float) -> str:
    """A wait in its largest unit: 47 min, 3 h, 2 days."""
    minutes = int(seconds // 60)
    if minutes < 60:
        return _("%(minutes)s min") % {"minutes": minutes}
    if minutes < 24 * 60:
        return _("%(hours)s h") % {"hours": minutes // 60}
    return ngettext("%(days)s day", "%(days)s days", minutes // 1440) % {"days": minutes // 1440}


def hours(read: Figures) -> Part:
    """Calls and connected calls by the hour of the day."""
    by_hour = read.counts(read.selection.period).by_hour
    busy = [hour for hour, (calls, __) in enumerate(by_hour) if calls] or [USUAL_HOURS.start, USUAL_HOURS.stop - 1]
    shown = range(min(busy), max(busy) + 1)
    most = max(calls for calls, __ in by_hour)
    rows = [
        Row(
            Cell(_hour(hour), hour),
            [
                Cell(grouped(by_hour[hour][0]), by_hour[hour][0], read.selection.calls_url(hour=hour)),
                Cell(grouped(by_hour[hour][1]), by_hour[hour][1], read.selection.calls_url(hour=hour, connected=1)),
            ],
            # Tops and heights of the two columns, in a box of 100.
            [_length(part, most) for part in by_hour[hour]],
        )
        for hour in shown
    ]
    return Part("hours", _("Calls by hour"), [_("Hour"), _("Calls"), _("Connected")], rows)


def _hour(hour: int) -> str:
    return f"{hour % 12 or 12} {_('am') if hour < 12 else _('pm')}"


def weekdays(read: Figures) -> Part:
    """The connect rate by weekday and hour, of the last four weeks."""
    week = read.by_weekday()
    busy = [hour for day in week for hour, (calls, __) in enumerate(day) if calls] or list(USUAL_HOURS)
    shown = range(min(busy), max(busy) + 1)
    rates = [ratio(connected, calls) or 0 for day in week for calls, connected in day if calls >= FEW]
    low, high = min(rates, default=0), max(rates, default=0)
    selection = read.selection.during(read.heat)
    rows = []
    for number, day in enumerate(week):
        cells, steps = [], []
        for hour in shown:
            calls, connected = day[hour]
            rate = ratio(connected, calls) if calls >= FEW else None
            url = selection.calls_url(weekday=number + 1, hour=hour) if calls else ""
            cells.append(
                Cell("–" if rate is None else f"{rate * 100:.0f}", None if rate is None else round(rate, 4), url)
            )
            steps.append(0 if rate is None else 1 + min(4, int((rate - low) / ((high - low) or 1) * 5)))
        rows.append(Row(Cell(str(WEEKDAYS_ABBR[number]), str(WEEKDAYS_ABBR[number])), cells, steps))
    note = _("Connect rate in %%, last 4 weeks. A dash means fewer than %(few)s calls.") % {"few": FEW}
    return Part("weekdays", _("When people pick up"), [_("Day"), *(str(hour) for hour in shown)], rows, note)


def outcomes(read: Figures) -> Part:
    """Calls by their outcome."""
    found = read.counts(read.selection.period).by_disposition
    without, known = found.get("", 0), {key: calls for key, calls in found.items() if key}
    whole, most = sum(known.values()), max(known.values(), default=0)
    colours = {"connected": "g", "not_connected": "s"}
    rows = [
        Row(
            Cell(row.label, row.label),
            [
                count_cell(known[str(row.pk)], read.selection.calls_url(disposition=row.pk)),
                share_cell(known[str(row.pk)], whole),
            ],
            [_length(known[str(row.pk)], most)],
            "r" if row.is_do_not_call else colours[row.group],
        )
        for row in Disposition.objects.all()
        if str(row.pk) in known
    ]
    rows.sort(key=lambda row: -row.cells[0].value)
    note = _("%(with)s calls with an outcome, %(without)s still without: count, and share") % {
        "with": grouped(whole),
        "without": grouped(without),
    }
    return Part("outcomes", _("Outcomes"), [_("Outcome"), _("Calls"), _("Share")], rows, note)


def funnel(read: Figures) -> Part:
    """How far the leads created in the period have come."""
    counts = figures.funnel(read.selection)
    selection = read.selection
    steps = [
        (_("New"), selection.leads_url("created")),
        (_("Attempted"), selection.leads_url("created", attempts_min=1)),
        (_("Connected"), selection.leads_url("created", connected_min=1)),
        (_("Won"), selection.leads_url("created", status_kind="won")),
    ]
    rows = []
    for place, ((name, url), count) in enumerate(zip(steps, counts, strict=True)):
        share = share_cell(count, counts[place - 1]) if place else Cell("", None)
        rows.append(Row(Cell(name, name), [count_cell(count, url), share], [_length(count, counts[0])], "b"))
    note = _("Leads created in these days: count, and share of the step before")
    return Part("funnel", _("Funnel"), [_("Step"), _("Leads"), _("Share of the step before")], rows, note)


def sources(read: Figures) -> Part:
    """Where the leads created in the period came from."""
    response = METRICS["first_response_time"]
    rows = [
        Row(
            Cell(row.name or _("No source"), row.name),
            [
                count_cell(row.leads, read.selection.leads_url("created", source=row.name or "none")),
                Cell(response.shown(row.first_response), row.first_response),
                count_cell(row.won, read.selection.leads_url("created", source=row.name or "none", status_kind="won")),
            ],
        )
        for row in figures.sources(read.selection)
    ]
    return Part("sources", _("Sources"), [_("Source"), _("Leads"), _("First response"), _("Won")], rows)


def leaderboard(read: Figures) -> Part:
    """Every telecaller with calls or conversions; the rank in the time before is in the first cell."""
    now = figures.standings(read.selection)
    ranks = {row.member_id: place for place, row in enumerate(figures.standings(read.before), start=1)}
    names = names_of_people()
    rows = []
    for place, row in enumerate(now, start=1):
        mine = Selection(read.selection.period, (row.member_id,), campaign=read.selection.campaign)
        who = {"telecaller": row.member_id}
        rows.append(
            Row(
                Cell(names.get(row.member_id, ""), names.get(row.member_id, "")),
                [
                    Cell(_moved(place, ranks.get(row.member_id)), place),
                    count_cell(row.conversions, mine.leads_url("won", owner=row.member_id)),
                    count_cell(row.total_calls, mine.calls_url(**who)),
                    count_cell(row.connected_calls, mine.calls_url(connected=1, **who)),
                    share_cell(row.connected_calls, row.total_calls),
                    Cell(duration(row.talk_time), row.talk_time),
                    share_cell(row.follow_ups_in_time, row.follow_ups_due),
                ],
            )
        )
    columns = [
        _("Telecaller"), _("Rank"), _("Conversions"), _("Calls"), _("Connected"), _("Connect rate"), _("Talk time"),
        _("Follow-ups in time"),
    ]  # fmt: skip
    return Part("leaderboard", _("Leaderboard"), columns, rows)


def _moved(place: int, before: int | None) -> str:
    """The rank, and how it moved since the time before."""
    if before is None:
        return _("%(place)s, new") % {"place": place}
    if place == before:
        return _("%(place)s, same") % {"place": place}
    words = {"place": place, "places": abs(before - place)}
    return _("%(place)s, up %(places)s") % words if place < before else _("%(place)s, down %(places)s") % words


def days(read: Figures) -> Part:
    """The days of the period, the newest first."""
    rows = []
    for day, totals in reversed(read.by_day(read.selection.period)):
        counts = totals.counts
        here = {"from": day.isoformat(), "to": day.isoformat()}
        name = DateFormat(day).format("D j M")
        rows.append(
            Row(
                Cell(name, day.isoformat()),
                [
                    count_cell(counts.total_calls, read.selection.calls_url(**here)),
                    count_cell(counts.connected_calls, read.selection.calls_url(connected=1, **here)),
                    Cell(duration(counts.talk_time), counts.talk_time),
                    count_cell(
                        totals.conversions, read.selection.leads_url(won_from=day.isoformat(), won_to=day.isoformat())
                    ),
                ],
            )
        )
    return Part("days", _("Day by day"), [_("Day"), _("Calls"), _("Connected"), _("Talk time"), _("Conversions")], rows)


PARTS: dict[str, Callable[[Figures], Part]] = {
    made.__name__: made
    for made in (untouched, late, promises, hours, weekdays, outcomes, funnel, sources, leaderboard, days, cost)
}
# Parts with a page of their own, which nobody waits for with every dashboard.
APART = ("cost",)
DASHBOARD_TILES = (
    "total_calls",
    "unique_leads_called",
    "connect_rate",
    "talk_time",
    "average_talk_time",
    "first_response_time",
    "follow_up_compliance",
    "conversions",
    "conversion_rate",
    "untouched_leads",
)
OWN_TILES = (
    "total_calls",
    "connected_calls",
    "connect_rate",
    "talk_time",
    "conversions",
    "average_talk_time",
    "after_call_work",
    "average_handle_time",
    "follow_up_compliance",
    "callbacks_kept",
    "conversion_rate",
)
