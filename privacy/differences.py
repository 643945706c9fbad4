"""What changed between two versions of a document, paragraph by paragraph and word by word."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from html.parser import HTMLParser

BLOCKS = {"p", "li", "h2", "h3", "dt", "dd", "td", "th"}


@dataclass(frozen=True)
class Part:
    """A piece of text; `kind` is "same", "new" or "gone"."""

    kind: str
    text: str


@dataclass(frozen=True)
class Change:
    """One paragraph that changed, and the heading it stands under."""

    heading: str
    parts: list[Part]


@dataclass
class _Reader(HTMLParser):
    """Takes a document apart into the texts of its paragraphs; headings begin with "#"."""

    blocks: list[str] = field(default_factory=list)
    _text: str | None = None

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag in BLOCKS:
            self._close()
            self._text = "#" if tag in {"h2", "h3"} else ""

    def handle_data(self, data: str) -> None:
        if self._text is not None:
            self._text += data

    def handle_endtag(self, tag: str) -> None:
        if tag in BLOCKS:
            self._close()

    def _close(self) -> None:
        if self._text and (text := " ".join(self._text.split())):
            self.blocks.append(text)
        self._text = None


def paragraphs(body: str) -> list[str]:
    """Return the texts of the paragraphs of a document, those of headings with "#" before them."""
    reader = _Reader()
    reader.feed(body)
    return reader.blocks


def changes(before: str, after: str) -> list[Change]:
    """Return the paragraphs that differ between two documents, in the order of the newer one."""
    old, new = paragraphs(before), paragraphs(after)
    found = []
    for kind, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            continue
        # The last heading at or before the change; of a change of a heading, the heading itself.
        heading = next((text[1:] for text in reversed(new[: c + 1]) if text.startswith("#")), "")
        found += [Change(heading, parts) for parts in _paired(old[a:b], new[c:d])]
    return found


def _paired(gone: list[str], come: list[str]) -> Iterator[list[Part]]:
    for index in range(max(len(gone), len(come))):
        old = gone[index].lstrip("#") if index < len(gone) else ""
        new = come[index].lstrip("#") if index < len(come) else ""
        yield _words(old, new)


def _words(old: str, new: str) -> list[Part]:
    a, b = re.findall(r"\S+\s*", old), re.findall(r"\S+\s*", new)
    matcher = SequenceMatcher(None, a, b, autojunk=False)
    if matcher.ratio() < 0.4:
        return [Part(kind, text) for kind, text in (("gone", old), ("new", new)) if text]
    parts = []
    for kind, i, j, k, m in matcher.get_opcodes():
        if kind == "equal":
            parts.append(Part("same", "".join(a[i:j])))
            continue
        parts += [Part(kind, text) for kind, text in (("gone", "".join(a[i:j])), ("new", "".join(b[k:m]))) if text]
    return parts
