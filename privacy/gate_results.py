"""What a gate of the contact rules answers."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from privacy.contact_reasons import LABELS, SENTENCES, GateName, Reason


class Outcome(StrEnum):
    """SKIP: the gate had nothing to decide."""

    PASS = "pass"  # noqa: S105 -- a gate's answer, not a password
    FAIL = "fail"
    SKIP = "skip"


@dataclass(frozen=True, slots=True)
class GateResult:
    """The answer of one gate. `dialable_at` (of a failure): when this gate alone passes, None if waiting won't help."""

    gate: GateName
    outcome: Outcome
    reason: Reason
    dialable_at: dt.datetime | None = None
    details: Mapping[str, Any] = field(default_factory=dict)

    @property
    def label(self) -> str:
        """The gate's name in the language of the page."""
        return str(LABELS[self.gate])

    @property
    def sentence(self) -> str:
        """The reason in the language of the page."""
        return str(SENTENCES[self.reason]) % self.details


def passed(gate: GateName, reason: Reason, **details: Any) -> GateResult:
    return GateResult(gate, Outcome.PASS, reason, None, details)


def failed(gate: GateName, reason: Reason, dialable_at: dt.datetime | None = None, /, **details: Any) -> GateResult:
    return GateResult(gate, Outcome.FAIL, reason, dialable_at, details)


def shown(limit: int | None) -> str:
    """Return a limit as a sentence gives it."""
    return "∞" if limit is None else str(limit)
