"""The way through a script in a call: which script it is, which step is read now, and which answers led to it."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from accounts.models import Membership
from dialer.models import Call, CallScript, CampaignScript, DialerSettings, ScriptVersion
from dialer.scripts.content import Answer, Content, Objection, Step
from dialer.scripts.filling import Piece, paragraphs

Path = Sequence[dict[str, Any]]


@dataclass(frozen=True)
class Course:
    """What the panel of a call shows of its script. `language` is that of the text."""

    call: Call
    version: ScriptVersion
    content: Content
    step: Step
    paragraphs: list[list[Piece]]
    path: Path = ()

    @property
    def language(self) -> str:
        language: str = self.version.script.language
        return language


@dataclass(frozen=True)
class Pressed:
    """A step that was read, and the answer that was pressed on it."""

    step: str
    answer: str


@dataclass(frozen=True)
class Reply:
    """An objection, and the reply to it with the fields of the lead filled in."""

    objection: str
    paragraphs: list[list[Piece]] = field(default_factory=list)


def course_of(call: Call, member: Membership) -> Course | None:
    """Return where the call stands in its script; None when its campaign has none."""
    kept = CallScript.objects.filter(call=call).select_related("version__script").first()
    version = kept.version if kept else version_for(call)
    if version is None:
        return None
    content = Content.read(version.content)
    path = kept.path if kept else []
    step = step_after(content, path)
    return Course(call, version, content, step, paragraphs(step.text, call.lead, member), path)


def version_for(call: Call) -> ScriptVersion | None:
    """Return the version that a call begins with: in the lead's language, else in a further one of theirs, else in
    that of the organisation's calls, else in any that the campaign has."""
    if call.campaign_id is None:
        return None
    rows = CampaignScript.objects.filter(campaign=call.campaign_id).select_related("script").order_by("language")
    by_language = {row.language: row.script for row in rows}
    if not by_language:
        return None
    wanted = (call.lead.language, *call.lead.other_languages, DialerSettings.objects.get().language, *by_language)
    script = next(by_language[language] for language in wanted if language in by_language)
    found: ScriptVersion | None = (
        ScriptVersion.objects.filter(script=script, number=script.version).select_related("script").first()
    )
    return found


def step_after(content: Content, path: Path) -> Step:
    """Return the step that the pressed answers have led to; after the last answer that is the step it was pressed on."""
    step = content.steps[0]
    for pressed in path:
        at = content.step(pressed["step"]) or step
        step = content.step(at.answers[pressed["answer"]].next) or at
    return step


def is_at_end(content: Content, path: Path) -> bool:
    """Whether the last answer that was pressed ended the script."""
    return bool(path) and content.step(_answer(content, path[-1])[1].next) is None


def pressed(kept: CallScript | None) -> list[Pressed]:
    """Return the answers that were pressed in a call, in words."""
    if kept is None:
        return []
    content = Content.read(kept.version.content)
    return [Pressed(step.title, answer.text) for step, answer in (_answer(content, row) for row in kept.path)]


def replies(course: Course, member: Membership, words: str = "") -> list[Reply]:
    """Return the objections in which each of `words` is found, in whatever case, with their replies."""
    wanted = words.casefold().split()
    return [
        Reply(row.objection, paragraphs(row.reply, course.call.lead, member))
        for row in course.content.objections
        if all(word in _searched(row) for word in wanted)
    ]


def _searched(row: Objection) -> str:
    return f"{row.objection} {row.reply}".casefold()


def _answer(content: Content, row: dict[str, Any]) -> tuple[Step, Answer]:
    step = content.step(row["step"])
    assert step is not None  # noqa: S101 -- a version never changes
    return step, step.answers[row["answer"]]


def version_named(pk: str) -> ScriptVersion | None:
    """Return the version of that id; None when there is no such one here."""
    try:
        found: ScriptVersion | None = ScriptVersion.objects.select_related("script").filter(pk=uuid.UUID(pk)).first()
    except ValueError:
        return None
    return found
