"""The languages that a lead speaks: the first, in which they are addressed, and the further ones."""

from collections.abc import Iterable

from leads.custom.reading import BAR
from leads.models import Lead

LANGUAGES = ("language", "other_languages")
_LABELS = dict(Lead.Language.choices)


def first_and_further(codes: Iterable[str]) -> tuple[str, list[str]]:
    """Return the first of `codes` and the further ones, each once; what is empty does not count."""
    first, *further = dict.fromkeys(filter(None, codes)) or [""]
    return first, further


def in_words(spoken: str | Iterable[str] | None) -> str:
    """Return codes, or one text of them with bars between, as a page shows them: "Hindi, Marathi"; "" for none."""
    codes = spoken.split(BAR) if isinstance(spoken, str) else spoken or ()
    return ", ".join(str(_LABELS.get(code, code)) for code in codes if code)
