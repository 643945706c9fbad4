"""The one gate before every call: pure rules that say whether a person may be called now, why not, and when next.

The order of the gates is the order in which a refusal is reported: first what no waiting can change, then the clock,
then what other calls have used up. Sources: TCCCPR 2018 and the practice built on it for the promotional window and the
preference registry (the DND gate, which is about promotional calls alone) and for the series of caller numbers, DPDP Act
2023 section 6 for withdrawal of consent.
"""

import datetime as dt
import zoneinfo
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from privacy.contact_facts import PARTS_BEGIN, Caps, Consent, Contact, Purpose, Rules, Stop, TelecallerState
from privacy.contact_reasons import SENTENCES, SERIES_SAID, GateName, Reason
from privacy.gate_results import GateResult, Outcome, failed, passed, shown
from privacy.spend_rules import spend

__all__ = ["Decision", "GateResult", "Outcome", "may_contact"]

DAY = dt.timedelta(hours=24)
UTC = dt.UTC
# Facts stand still while the clock is moved forward, so each step leaves at least one gate behind for good.
MOST_STEPS = 40


@dataclass(frozen=True, slots=True)
class Decision:
    """Every gate's answer at one moment. `dialable_at`: when all of them pass on today's facts, None if never by itself."""

    at: dt.datetime
    policy_version: int
    gates: tuple[GateResult, ...]
    dialable_at: dt.datetime | None

    @property
    def refusal(self) -> GateResult | None:
        """The first failing gate: the reason that is given."""
        return next((gate for gate in self.gates if gate.outcome is Outcome.FAIL), None)

    @property
    def is_allowed(self) -> bool:
        return self.refusal is None

    @property
    def reason(self) -> Reason:
        return refusal.reason if (refusal := self.refusal) else Reason.ALLOWED

    @property
    def sentence(self) -> str:
        """Why the call is refused, or that it may be made, in the language of the page."""
        return refusal.sentence if (refusal := self.refusal) else str(SENTENCES[Reason.ALLOWED])


def may_contact(contact: Contact, rules: Rules, now: dt.datetime) -> Decision:
    """Decide whether the person may be called at `now` (aware). Every gate answers, also after the first refusal."""
    now = now.astimezone(UTC)
    gates = _answers(contact, rules, now)
    return Decision(now, rules.version, gates, _next_dialable(contact, rules, now, gates))


def _answers(contact: Contact, rules: Rules, now: dt.datetime) -> tuple[GateResult, ...]:
    return tuple(gate(contact, rules, now) for gate in GATES)


def _next_dialable(
    contact: Contact, rules: Rules, now: dt.datetime, gates: tuple[GateResult, ...]
) -> dt.datetime | None:
    """Move the clock to where the failing gates pass, and ask again: a cap may fall away outside calling hours."""
    at = now
    for _step in range(MOST_STEPS):
        failing = [gate.dialable_at for gate in gates if gate.outcome is Outcome.FAIL]
        if not failing:
            return at
        times = [time for time in failing if time is not None]
        if len(times) < len(failing):
            return None
        at = max(times)
        gates = _answers(contact, rules, at)
    return None


def _organisation(contact: Contact, _rules: Rules, _now: dt.datetime) -> GateResult:
    if contact.organisation_is_cancelled:
        return failed(GateName.ORGANISATION, Reason.ORGANISATION_CANCELLED)
    if not contact.organisation_is_active:
        return failed(GateName.ORGANISATION, Reason.ORGANISATION_NOT_ACTIVE)
    if contact.stop is Stop.INSTALLATION:
        return failed(GateName.ORGANISATION, Reason.STOPPED_BY_OPERATOR)
    if contact.stop is Stop.ORGANISATION:
        return failed(GateName.ORGANISATION, Reason.STOPPED)
    return passed(GateName.ORGANISATION, Reason.ORGANISATION_ACTIVE)


def _number(contact: Contact, rules: Rules, _now: dt.datetime) -> GateResult:
    number = contact.number
    if number is None:
        return failed(GateName.NUMBER, Reason.NUMBER_INVALID)
    if number.country not in rules.countries:
        return failed(GateName.NUMBER, Reason.COUNTRY_NOT_ALLOWED, country=number.country or "?")
    if number.kind not in rules.kinds:
        return failed(GateName.NUMBER, Reason.KIND_NOT_ALLOWED, kind=number.kind.replace("_", " "))
    return passed(GateName.NUMBER, Reason.NUMBER_FINE, country=number.country)


def _do_not_call(contact: Contact, _rules: Rules, _now: dt.datetime) -> GateResult:
    if contact.is_do_not_call:
        return failed(GateName.DO_NOT_CALL, Reason.ON_DO_NOT_CALL)
    return passed(GateName.DO_NOT_CALL, Reason.NOT_ON_DO_NOT_CALL)


def _consent(contact: Contact, rules: Rules, now: dt.datetime) -> GateResult:
    consent = contact.consent or Consent()
    if consent.is_refused(now):
        return failed(GateName.CONSENT, Reason.CONSENT_REFUSED)
    if consent.is_withdrawn(now):
        return failed(GateName.CONSENT, Reason.CONSENT_WITHDRAWN)
    if consent.is_in_force(now):
        return passed(GateName.CONSENT, Reason.CONSENT_IN_FORCE)
    if rules.requires_consent:
        expired = consent.is_expired(now)
        return failed(GateName.CONSENT, Reason.CONSENT_EXPIRED if expired else Reason.CONSENT_MISSING)
    return GateResult(GateName.CONSENT, Outcome.SKIP, Reason.CONSENT_NOT_NEEDED)


def _registry_finding(contact: Contact, rules: Rules, now: dt.datetime) -> Reason:
    """What the registry's answer is worth at `now`, before any consent is held against it."""
    if contact.purpose is not Purpose.PROMOTIONAL:
        return Reason.DND_NOT_ASKED
    result = contact.registry
    if result is None:
        return Reason.DND_NOT_CHECKED
    # Who is registered stays so until a newer answer says otherwise: only a clean answer goes stale.
    if result.is_registered:
        return Reason.DND_REGISTERED
    if now - result.checked_at > rules.registry_max_age:
        return Reason.DND_STALE
    return Reason.DND_CLEAR


def _needs_override(finding: Reason, rules: Rules) -> bool:
    return finding is Reason.DND_REGISTERED or (
        rules.requires_registry and finding in {Reason.DND_NOT_CHECKED, Reason.DND_STALE}
    )


def _overrides(contact: Contact, now: dt.datetime) -> bool:
    """Explicit consent outweighs the registry (TCCCPR 2018: explicit consent of the recipient to this sender)."""
    return contact.consent is not None and contact.consent.is_explicit and contact.consent.is_in_force(now)


def _registry(contact: Contact, rules: Rules, now: dt.datetime) -> GateResult:
    finding = _registry_finding(contact, rules, now)
    if finding is Reason.DND_CLEAR:
        return passed(GateName.REGISTRY, finding)
    if not _needs_override(finding, rules):
        return GateResult(GateName.REGISTRY, Outcome.SKIP, finding)
    if _overrides(contact, now):
        return passed(GateName.REGISTRY, Reason.DND_OVERRIDDEN)
    return failed(GateName.REGISTRY, finding)


def _override(contact: Contact, rules: Rules, now: dt.datetime) -> GateResult:
    if not _needs_override(_registry_finding(contact, rules, now), rules):
        return GateResult(GateName.OVERRIDE, Outcome.SKIP, Reason.OVERRIDE_NOT_NEEDED)
    if _overrides(contact, now):
        return passed(GateName.OVERRIDE, Reason.OVERRIDE_IN_FORCE)
    return failed(GateName.OVERRIDE, Reason.OVERRIDE_MISSING)


def _series(contact: Contact, rules: Rules, _now: dt.datetime) -> GateResult:
    """The series of a caller number bind calls to Indian numbers (TCCCPR 2018, schedule of series)."""
    if contact.number is None or contact.number.country != "IN":
        return GateResult(GateName.SERIES, Outcome.SKIP, Reason.SERIES_NOT_ASKED)
    if contact.caller is None:
        return GateResult(GateName.SERIES, Outcome.SKIP, Reason.SERIES_OF_OWN_PHONE)
    if not contact.caller.is_active:
        return failed(GateName.SERIES, Reason.CALLER_RESTS)
    allowed = rules.series[contact.purpose]
    if contact.caller.series in allowed:
        return passed(GateName.SERIES, Reason.SERIES_FITS)
    is_promotion = contact.purpose is Purpose.PROMOTIONAL
    reason = Reason.NOT_PROMOTIONAL_SERIES if is_promotion else Reason.NOT_SERVICE_SERIES
    return failed(GateName.SERIES, reason, series=", ".join(str(SERIES_SAID[name]) for name in sorted(allowed)) or "–")


def _hours(contact: Contact, rules: Rules, now: dt.datetime) -> GateResult:
    if contact.is_practice:
        return GateResult(GateName.HOURS, Outcome.SKIP, Reason.PRACTICE)
    local = now.astimezone(contact.zone)
    for days in range(8):
        day = local.date() + dt.timedelta(days=days)
        window = rules.hours[day.weekday()]
        if window is None:
            continue
        opens, closes = _instant(day, window.opens, contact.zone), _instant(day, window.closes, contact.zone)
        if opens <= now < closes:
            return passed(GateName.HOURS, Reason.WITHIN_HOURS, time=f"{local:%H:%M}", zone=contact.zone.key)
        if now < opens:
            return failed(GateName.HOURS, Reason.OUTSIDE_HOURS, opens, time=f"{local:%H:%M}", zone=contact.zone.key)
    return failed(GateName.HOURS, Reason.NO_HOURS)


def _caps(rules: Rules) -> tuple[Caps, Caps]:
    """The caps on the calls to the lead and on those to its number."""
    on_lead = Caps(rules.lifetime_cap, rules.daily_cap, rules.rolling_cap)
    return on_lead, rules.on_number or on_lead


def _nearest(counted: Iterable[tuple[int, int | None]]) -> tuple[int, int | None]:
    """Of (count, limit) of the lead and of its number, the one that leaves the fewest calls."""
    return min(counted, key=lambda pair: float("inf") if pair[1] is None else pair[1] - pair[0])


def _lifetime(contact: Contact, rules: Rules, _now: dt.datetime) -> GateResult:
    counts = (contact.attempts_on_lead.lifetime, contact.attempts_on_number.lifetime)
    count, limit = _nearest(zip(counts, (caps.lifetime for caps in _caps(rules)), strict=True))
    if limit is None or count < limit:
        return passed(GateName.LIFETIME, Reason.WITHIN_LIFETIME, count=count, limit=shown(limit))
    return failed(GateName.LIFETIME, Reason.LIFETIME_USED, count=count, limit=limit)


def _day(contact: Contact, rules: Rules, now: dt.datetime) -> GateResult:
    today = now.astimezone(contact.zone).date()
    # Nothing called tomorrow counts today: `recent` may hold calls later than a `now` that a page asks about.
    counts = [sum(at.astimezone(contact.zone).date() == today for at in times) for times in _recent(contact, now)]
    limits = [caps.daily for caps in _caps(rules)]
    count, limit = _nearest(zip(counts, limits, strict=True))
    if limit is None or count < limit:
        return passed(GateName.DAY, Reason.WITHIN_DAY, count=count, limit=shown(limit))
    tomorrow = _instant(today + dt.timedelta(days=1), dt.time(0), contact.zone)
    frees_at = None if 0 in limits else tomorrow
    return failed(GateName.DAY, Reason.DAY_USED, frees_at, count=count, limit=limit)


def _day_part(contact: Contact, rules: Rules, now: dt.datetime) -> GateResult:
    if rules.part_caps == (None, None, None):
        return GateResult(GateName.DAY_PART, Outcome.SKIP, Reason.NO_PART_LIMIT)
    local = now.astimezone(contact.zone)
    part = _part(local.time())
    count = max(
        sum(
            (there := at.astimezone(contact.zone)).date() == local.date() and _part(there.time()) == part
            for at in times
        )
        for times in _recent(contact, now)
    )
    limit = rules.part_caps[part]
    if limit is None or count < limit:
        return passed(GateName.DAY_PART, Reason.WITHIN_PART, count=count, limit=shown(limit))
    if part + 1 < len(PARTS_BEGIN):
        frees_at = _instant(local.date(), PARTS_BEGIN[part + 1], contact.zone)
    else:
        frees_at = _instant(local.date() + dt.timedelta(days=1), PARTS_BEGIN[0], contact.zone)
    return failed(GateName.DAY_PART, Reason.PART_USED, frees_at, count=count, limit=limit)


def _part(time: dt.time) -> int:
    """0 in the morning, 1 in the afternoon, 2 in the evening."""
    return sum(time >= begins for begins in PARTS_BEGIN) - 1


def _rolling(contact: Contact, rules: Rules, now: dt.datetime) -> GateResult:
    limits = [caps.rolling for caps in _caps(rules)]
    inside = [sorted((at for at in times if now - at < DAY), reverse=True) for times in _recent(contact, now)]
    count, limit = _nearest(zip(map(len, inside), limits, strict=True))
    if limit is None or count < limit:
        return passed(GateName.ROLLING, Reason.WITHIN_ROLLING, count=count, limit=shown(limit))
    # Free again once the cap-th newest call is a day old, on the lead and on the number.
    full = [times[cap - 1] + DAY for times, cap in zip(inside, limits, strict=True) if cap and len(times) >= cap]
    frees_at = None if 0 in limits else max(full)
    return failed(GateName.ROLLING, Reason.ROLLING_USED, frees_at, count=count, limit=limit)


def _gap(contact: Contact, rules: Rules, now: dt.datetime) -> GateResult:
    needed = int(rules.minimum_gap.total_seconds() // 60)
    last = max((at for times in _recent(contact, now) for at in times), default=None)
    if last is None:
        return passed(GateName.GAP, Reason.NO_CALL_BEFORE)
    minutes = int((now - last).total_seconds() // 60)
    if now - last >= rules.minimum_gap:
        return passed(GateName.GAP, Reason.GAP_KEPT, minutes=minutes, needed=needed)
    return failed(GateName.GAP, Reason.GAP_NOT_OVER, last + rules.minimum_gap, minutes=minutes, needed=needed)


def _lead_line(contact: Contact, _rules: Rules, _now: dt.datetime) -> GateResult:
    if contact.lead_is_on_call:
        return failed(GateName.LEAD_LINE, Reason.LEAD_ON_CALL)
    return passed(GateName.LEAD_LINE, Reason.LEAD_FREE)


_TELECALLER_REFUSALS = {
    TelecallerState.ON_CALL: Reason.TELECALLER_ON_CALL,
    TelecallerState.OWES_OUTCOME: Reason.OUTCOME_OWED,
    TelecallerState.NO_PHONE: Reason.TELECALLER_NO_PHONE,
}


def _telecaller_line(contact: Contact, _rules: Rules, _now: dt.datetime) -> GateResult:
    if refusal := _TELECALLER_REFUSALS.get(contact.telecaller):
        return failed(GateName.TELECALLER_LINE, refusal)
    return passed(GateName.TELECALLER_LINE, Reason.TELECALLER_FREE)


GATES: tuple[Callable[[Contact, Rules, dt.datetime], GateResult], ...] = (
    _organisation,
    _number,
    _do_not_call,
    _consent,
    _registry,
    _override,
    _series,
    _hours,
    _lifetime,
    _day,
    _day_part,
    _rolling,
    _gap,
    _lead_line,
    _telecaller_line,
    spend,
)


def _recent(contact: Contact, now: dt.datetime) -> tuple[list[dt.datetime], list[dt.datetime]]:
    """Return the calls up to `now`, on the lead and on the number."""
    lead, number = contact.attempts_on_lead.recent, contact.attempts_on_number.recent
    return [at for at in lead if at <= now], [at for at in number if at <= now]


def _instant(day: dt.date, time: dt.time, zone: zoneinfo.ZoneInfo) -> dt.datetime:
    """Return the moment as UTC: two wall-clock times of one zone would be compared without their offsets."""
    return dt.datetime.combine(day, time, zone).astimezone(UTC)
