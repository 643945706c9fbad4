"""What a version of a script holds: steps with answers that lead on, and replies to objections."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Self

# What an answer leads to when it is the last one.
END = "end"
MOST_STEPS, MOST_ANSWERS, MOST_OBJECTIONS = 40, 8, 60
LONGEST_TITLE, LONGEST_TEXT = 80, 4000


@dataclass
class Answer:
    """What the lead may say, and the key of the step it leads to; END, or "" while nobody has chosen one."""

    text: str = ""
    next: str = ""


@dataclass
class Step:
    """What is read out, and the answers to it. A step without answers is the last one."""

    key: str
    title: str = ""
    text: str = ""
    answers: list[Answer] = field(default_factory=list)


@dataclass
class Objection:
    """What leads object, and what is said to it."""

    objection: str = ""
    reply: str = ""


@dataclass
class Content:
    """A script begins with its first step."""

    steps: list[Step] = field(default_factory=list)
    objections: list[Objection] = field(default_factory=list)

    @classmethod
    def read(cls, stored: Mapping[str, Any]) -> Self:
        """Return what `as_json` wrote."""
        steps = [
            Step(row["key"], row["title"], row["text"], [Answer(**answer) for answer in row["answers"]])
            for row in stored["steps"]
        ]
        return cls(steps, [Objection(**row) for row in stored["objections"]])

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    def step(self, key: str) -> Step | None:
        return next((step for step in self.steps if step.key == key), None)
