"""The consents of a lead as its page shows them: for each purpose and channel what holds."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from jini.lib.lead_lines import MOST, LeadLine
from leads.models import Consent, Lead
from privacy.contact_words import CHANNELS, CONSENT_WORDS

COLOURS = {Consent.State.GIVEN: "green", Consent.State.REFUSED: "red", Consent.State.WITHDRAWN: "red"}


@dataclass(frozen=True)
class Standing:
    """What a lead said last of one purpose and channel; `consent` is None where nothing is recorded."""

    purpose: str
    channel: str
    purpose_label: str
    channel_label: str
    consent: Consent | None

    @property
    def colour(self) -> str:
        if self.consent is None or self.consent.is_expired:
            return ""
        return COLOURS[Consent.State(self.consent.state)]


def standing_of(lead: Lead) -> list[tuple[str, Sequence[Standing]]]:
    """Return [(channel, what stands for each purpose in their order)]; one question."""
    rows = Consent.objects.filter(lead=lead).standing().select_related("by__user")
    return _grid({(row.purpose, row.channel): row for row in rows})


def _grid(rows: dict[tuple[str, str], Consent]) -> list[tuple[str, Sequence[Standing]]]:
    return [
        (
            str(label),
            [Standing(key, channel, str(name), str(label), rows.get((key, channel))) for key, name in CONSENT_WORDS],
        )
        for channel, label in CHANNELS
    ]


def lines_of(lead: Lead) -> list[LeadLine]:
    """Return what was said as lines of the timeline, the newest ones."""
    rows: Iterable[Any] = Consent.objects.filter(lead=lead).newest_first().select_related("by__user")[:MOST]
    return [LeadLine(row.obtained_at, "checklist", _title(row), _more(row)) for row in rows]


def _title(row: Consent) -> str:
    said = {"what": row.get_purpose_display(), "how": row.get_channel_display(), "state": row.get_state_display()}
    return _("Consent, %(what)s by %(how)s: %(state)s") % said


def _more(row: Consent) -> str:
    source = str(row.get_source_display())
    return f"{row.by.name}, {source}" if row.by else source
