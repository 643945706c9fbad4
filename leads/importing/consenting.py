"""What the rows of a list say that people agreed to: read from the cells, dated, and written into the ledger at once."""

import datetime as dt
import functools
import re
import uuid
import zoneinfo
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from django.db import connection
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from accounts.tenancy import current_organisation
from jini.lib.ids import uuid7_texts
from leads.custom.reading import DIGITS, read_date
from leads.models import Consent, ImportBatch
from privacy.contact_words import CHANNELS, CONSENT_WORDS

State, Source = Consent.State, Consent.Source
WORDS: dict[str, tuple[str, str]] = {
    f"consent_{purpose}_{channel}": (purpose, channel)
    for purpose, _label in CONSENT_WORDS
    for channel, _said in CHANNELS
}
AT, HOW, WORDING, EVIDENCE = "consent_at", "consent_how", "consent_wording", "consent_evidence"
_PURPOSES, _CHANNELS = dict(CONSENT_WORDS), dict(CHANNELS)
TARGETS: dict[str, Any] = {
    name: format_lazy("{}: {}, {}", _("Consent"), _PURPOSES[purpose], _CHANNELS[channel])
    for name, (purpose, channel) in WORDS.items()
} | {
    AT: _("When they said it"),
    HOW: _("How they said it"),
    WORDING: _("What they were asked, or said"),
    EVIDENCE: _("Reference of the proof"),
}
LONGEST = {WORDING: 500, EVIDENCE: 200}
_STATES = {
    word: state
    for state, words in {
        State.GIVEN: "yes,y,true,1,on,agreed,given,granted,opt-in,opted-in,opted in,subscribed,हाँ,हां,जी,सहमत",
        State.REFUSED: "no,n,false,0,off,refused,denied,declined,not agreed,नहीं,नही,ना,असहमत",
        State.WITHDRAWN: "withdrawn,opt-out,opted-out,opted out,unsubscribed,stop,stopped,revoked,वापस लिया",
    }.items()
    for word in words.split(",")
}
_SOURCES = {
    word: source
    for source, words in {
        Source.CALL: "call phone telephone phone-call कॉल फोन फ़ोन",
        Source.FORM: "form website web online landing-page facebook फॉर्म फ़ॉर्म वेबसाइट",
        Source.MESSAGE: "message sms whatsapp email e-mail mail chat संदेश",
        Source.LETTER: "letter writing written paper post offline पत्र लिखित",
    }.items()
    for word in words.split()
}
_CLOCK = re.compile(r"(.+?)[,\s]+(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?\s*([ap]m)?", re.IGNORECASE)
# The lead is held as whoever writes a consent by hand holds it, so that no call begins between the gates and this. The
# same word of the same moment is one row, however often a list brings it.
_HOLD = "SELECT id FROM leads_lead WHERE organisation_id = %s AND id = ANY (%s::uuid[]) ORDER BY id FOR NO KEY UPDATE"
_WRITE = """
INSERT INTO leads_consent
    (id, organisation_id, lead_id, purpose, channel, state, source, wording, evidence, obtained_at, recorded_at, by_id)
SELECT DISTINCT ON (u.lead, u.purpose, u.channel, u.state, u.obtained_at)
    u.id, %(organisation)s, u.lead, u.purpose, u.channel, u.state, u.source, u.wording, u.evidence, u.obtained_at, %(now)s,
    %(by)s
FROM unnest(%(ids)s::uuid[], %(leads)s::uuid[], %(purposes)s::text[], %(channels)s::text[], %(states)s::text[],
    %(sources)s::text[], %(wordings)s::text[], %(evidences)s::text[], %(times)s::timestamptz[])
    AS u (id, lead, purpose, channel, state, source, wording, evidence, obtained_at)
WHERE NOT EXISTS (
    SELECT FROM leads_consent c
    WHERE c.organisation_id = %(organisation)s AND c.lead_id = u.lead AND c.channel = u.channel AND c.purpose = u.purpose
      AND c.state = u.state AND c.obtained_at = u.obtained_at
)
ORDER BY u.lead, u.purpose, u.channel, u.state, u.obtained_at, u.id
"""


class Said(NamedTuple):
    """What one row says: {target of `WORDS`: state}, when (a day, or a moment that may lack its zone), how, and the proof."""

    states: Mapping[str, str]
    at: dt.date | None = None
    source: str = Source.IMPORT
    wording: str = ""
    evidence: str = ""


class Reader:
    """Reads what the columns of `by_field` ({target: column}) say; `wording` and `at` are those of rows that name none."""

    def __init__(self, by_field: Mapping[str, int], *, wording: str = "", at: str = "") -> None:
        self._states = [(name, by_field[name]) for name in WORDS if name in by_field]
        self._columns = {name: by_field[name] for name in (AT, HOW, WORDING, EVIDENCE) if name in by_field}
        self._wording = wording
        self._at = dt.date.fromisoformat(at) if at else None

    def read(self, cells: Sequence[str], faults: list[tuple[str, str]]) -> Said | None:
        """Return what the row says, None for nothing; what cannot be understood is left out and named among `faults`."""
        states = self._read_states(cells, faults)
        if not states:
            return None
        told = {name: _cell(cells, column) for name, column in self._columns.items()}
        at, source = self._at, Source.IMPORT.value
        if text := told.get(AT, ""):
            at = read_moment(text)
        if text := told.get(HOW, ""):
            source = _SOURCES.get(text.casefold(), source)
        wrong = {
            AT: "time_unknown" if at is None and told.get(AT) else "",
            HOW: "how_unknown" if source == Source.IMPORT and told.get(HOW) else "",
            **{name: "too_long" for name, most in LONGEST.items() if len(told.get(name, "")) > most},
        }
        faults += [(name, code) for name, code in wrong.items() if code]
        kept = {name: "" if wrong.get(name) else text for name, text in told.items()}
        return Said(states, at, source, kept.get(WORDING) or self._wording, kept.get(EVIDENCE, ""))

    def _read_states(self, cells: Sequence[str], faults: list[tuple[str, str]]) -> dict[str, str]:
        states = {}
        for name, column in self._states:
            text = _cell(cells, column).casefold()
            if text and (state := _STATES.get(text)) is not None:
                states[name] = state.value
            elif text:
                faults.append((name, "consent_unknown"))
        return states


def reader_of(batch: ImportBatch, by_field: Mapping[str, int]) -> Reader | None:
    """Return what reads the consents of `batch`; None for a list without."""
    if not WORDS.keys() & by_field.keys():
        return None
    options = batch.options
    return Reader(by_field, wording=options.get("consent_wording", ""), at=options.get("consent_on", ""))


def _cell(cells: Sequence[str], column: int) -> str:
    return " ".join(cells[column].split()) if column < len(cells) else ""


@functools.lru_cache(4096)
def read_moment(text: str) -> dt.date | None:
    """Return the day, or the moment, that `text` names, in the spellings of spreadsheets; None when it names none."""
    plain = text.strip().translate(DIGITS)
    if (day := read_date(plain)) is not None:
        return day
    try:
        return dt.datetime.fromisoformat(plain)
    except ValueError:
        match = _CLOCK.fullmatch(plain)
    if match is None or (day := read_date(match[1])) is None:
        return None
    hour, half = int(match[2]), (match[5] or "").lower()
    if half and not 1 <= hour <= 12:
        return None
    hour = hour % 12 + (12 if half == "pm" else 0) if half else hour
    try:
        return dt.datetime.combine(day, dt.time(hour, int(match[3]), int(match[4] or 0)))
    except ValueError:
        return None


def dated(
    said: Said, zone: zoneinfo.ZoneInfo, now: dt.datetime
) -> tuple[dict[str, tuple[str, dt.datetime]], list[str]]:
    """Return {target: (state, moment)} of what can be taken from `said`, and the codes of what is wrong with it.

    Who agreed did so at a time, and in words or in some way: without a time, an old yes would undo a later no. A no
    without a time is of now. Of a day alone, a yes counts from its beginning and a no from its end.
    """
    begins, ends = _ends(said.at, zone, now)
    found, wrong = {}, []
    for name, state in said.states.items():
        at = begins if state == State.GIVEN else ends
        if at is not None and at > now:
            wrong.append("consent_future")
        elif state != State.GIVEN:
            found[name] = state, at or now
        elif at is None:
            wrong.append("consent_undated")
        elif not said.wording and said.source == Source.IMPORT:
            wrong.append("consent_unproven")
        else:
            found[name] = state, at
    return found, list(dict.fromkeys(wrong))


def _ends(
    at: dt.date | None, zone: zoneinfo.ZoneInfo, now: dt.datetime
) -> tuple[dt.datetime | None, dt.datetime | None]:
    if at is None:
        return None, None
    if isinstance(at, dt.datetime):
        moment = at if at.tzinfo else at.replace(tzinfo=zone)
        return moment, moment
    first, next_day = (dt.datetime.combine(day, dt.time(), zone) for day in (at, at + dt.timedelta(days=1)))
    return first, min(next_day - dt.timedelta(seconds=1), now) if first <= now else next_day


class Line(NamedTuple):
    """One word for the ledger, of the lead with this id."""

    lead: str
    target: str
    state: str
    at: dt.datetime
    said: Said
    evidence: str


def write(lines: Sequence[Line], batch: ImportBatch, *, existing: Iterable[uuid.UUID]) -> int:
    """Write `lines` in the open transaction, and return how many were news; `existing` leads are held meanwhile."""
    if not lines:
        return 0
    organisation = current_organisation().pk
    words = [WORDS[line.target] for line in lines]
    values: dict[str, Any] = {
        "organisation": organisation,
        "now": timezone.now(),
        "by": batch.created_by_id,
        "ids": uuid7_texts(len(lines)),
        "leads": [line.lead for line in lines],
        "purposes": [purpose for purpose, channel in words],
        "channels": [channel for purpose, channel in words],
        "states": [line.state for line in lines],
        "sources": [line.said.source for line in lines],
        "wordings": [line.said.wording for line in lines],
        "evidences": [line.evidence for line in lines],
        "times": [line.at for line in lines],
    }
    with connection.cursor() as cursor:
        if held := [str(lead) for lead in existing]:
            cursor.execute(_HOLD, [organisation, held])
        cursor.execute(_WRITE, values)
        return int(cursor.rowcount)
