"""A script while somebody writes it: the whole of it is in the form, so that adding a step saves nothing."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import count, takewhile
from typing import Any

from django.utils.translation import gettext as _

from dialer.scripts.checking import Fault, name_of
from dialer.scripts.content import (
    END,
    LONGEST_TEXT,
    LONGEST_TITLE,
    MOST_ANSWERS,
    MOST_OBJECTIONS,
    MOST_STEPS,
    Answer,
    Content,
    Objection,
    Step,
)
from jini.lib.forms import typed

SAVE, PREVIEW = "save", "preview"
_KEY = re.compile(r"s[1-9][0-9]{0,3}")
_DO = re.compile(r"(add|remove)-(step|answer|objection)(?:-(\d{1,3}))?(?:-(\d{1,3}))?")


@dataclass
class Draft:
    """A script in its form. `focus` is the id of what was added just now."""

    content: Content
    faults: list[Fault] = field(default_factory=list)
    focus: str = ""
    is_previewed: bool = False

    @property
    def steps(self) -> list[dict[str, Any]]:
        """The steps as the form shows them, each with what is wrong with it and where its answers may lead."""
        names = [(step.key, name_of(step, number)) for number, step in enumerate(self.content.steps)]
        return [
            {
                "number": number,
                "id": str(number),
                "step": step,
                "answers": [self._answer(number, at, answer) for at, answer in enumerate(step.answers)],
                "name": name_of(step, number),
                "faults": [fault for fault in self.faults if fault.step == number],
                "nexts": [("", _("Choose what comes next")), *names, (END, _("The script ends"))],
                "may_grow": len(step.answers) < MOST_ANSWERS,
            }
            for number, step in enumerate(self.content.steps)
        ]

    def _answer(self, step: int, number: int, answer: Answer) -> dict[str, Any]:
        place, leads = f"step-{step}-answer-{number}", f"step-{step}-next-{number}"
        return {
            "number": number,
            "text": answer.text,
            "next": answer.next,
            "is_bad": place in self.bad_places,
            "leads_nowhere": leads in self.bad_places,
            "has_focus": place == self.focus,
        }

    @property
    def objections(self) -> list[dict[str, Any]]:
        return [
            {
                "number": number,
                "objection": row.objection,
                "reply": row.reply,
                "is_bad": f"objection-{number}" in self.bad_places,
                "is_reply_bad": f"reply-{number}" in self.bad_places,
                "has_focus": self.focus == f"objection-{number}",
            }
            for number, row in enumerate(self.content.objections)
        ]

    @property
    def bad_places(self) -> set[str]:
        return {fault.place for fault in self.faults}

    @property
    def may_grow(self) -> bool:
        return len(self.content.steps) < MOST_STEPS

    @property
    def may_object_more(self) -> bool:
        return len(self.content.objections) < MOST_OBJECTIONS


def first_draft() -> Draft:
    """Return what a new script begins with."""
    return Draft(Content([Step("s1", _("Opening"))]))


def read_draft(sent: Mapping[str, str]) -> Draft:
    """Return the script that the fields of the form hold; what is no part of it is passed over."""
    steps: list[Step] = []
    for number in _numbers(sent, "step-{}-text", MOST_STEPS):
        key = sent.get(f"step-{number}-key", "")
        if not _KEY.fullmatch(key) or any(step.key == key for step in steps):
            key = _new_key(steps)
        answers = [
            Answer(_line(sent, f"step-{number}-answer-{at}"), sent.get(f"step-{number}-next-{at}", "")[:8])
            for at in _numbers(sent, f"step-{number}-answer-{{}}", MOST_ANSWERS)
        ]
        steps.append(Step(key, _line(sent, f"step-{number}-title"), _text(sent, f"step-{number}-text"), answers))
    objections = [
        Objection(_line(sent, f"objection-{number}", 200), _text(sent, f"reply-{number}"))
        for number in _numbers(sent, "objection-{}", MOST_OBJECTIONS)
    ]
    return Draft(Content(steps, objections))


def change_draft(draft: Draft, do: str) -> None:
    """Add or remove a part: `add-step`, `add-answer-<step>`, `add-objection`, and the same with `remove-…-<number>`."""
    if do == PREVIEW:
        draft.is_previewed = True
    if (found := _DO.fullmatch(do)) is None:
        return
    verb, part = found[1], found[2]
    places = [int(place) for place in found.groups()[2:] if place is not None]
    (_add if verb == "add" else _remove)(draft, part, places)


def _add(draft: Draft, part: str, places: list[int]) -> None:
    content = draft.content
    if part == "step" and draft.may_grow:
        content.steps.append(Step(_new_key(content.steps)))
        draft.focus = f"step-{len(content.steps) - 1}-title"
    elif part == "objection" and draft.may_object_more:
        content.objections.append(Objection())
        draft.focus = f"objection-{len(content.objections) - 1}"
    elif part == "answer" and places and places[0] < len(content.steps):
        answers = content.steps[places[0]].answers
        if len(answers) < MOST_ANSWERS:
            answers.append(Answer())
            draft.focus = f"step-{places[0]}-answer-{len(answers) - 1}"


def _remove(draft: Draft, part: str, places: list[int]) -> None:
    content = draft.content
    rows: list[Any] = content.objections if part == "objection" else content.steps
    if part == "answer":
        if len(places) != 2 or places[0] >= len(content.steps):
            return
        rows = content.steps[places[0]].answers
    if not places or places[-1] >= len(rows):
        return
    gone = rows.pop(places[-1])
    if part == "step":
        # What led to it leads nowhere now, and says so.
        for step in content.steps:
            for answer in step.answers:
                answer.next = "" if answer.next == gone.key else answer.next


def _new_key(steps: list[Step]) -> str:
    taken = {step.key for step in steps}
    return next(key for key in (f"s{number}" for number in count(1)) if key not in taken)


def _numbers(sent: Mapping[str, str], name: str, most: int) -> list[int]:
    return list(takewhile(lambda number: name.format(number) in sent, range(most)))


def _line(sent: Mapping[str, str], name: str, longest: int = LONGEST_TITLE) -> str:
    return " ".join(typed(sent.get(name, ""), longest=longest).split())


def _text(sent: Mapping[str, str], name: str) -> str:
    return typed(sent.get(name, ""), longest=LONGEST_TEXT).strip().replace("\r\n", "\n")
