"""What is wrong with a script, and where: said before it is saved."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from dialer.scripts.content import END, Content, Step
from dialer.scripts.filling import unknown_fields


@dataclass(frozen=True)
class Fault:
    """`place` is the id of the input that it is about; `step` the number of the step, from 0."""

    place: str
    text: str
    step: int | None = None


def faults_of(content: Content) -> list[Fault]:
    """Return everything that keeps a script from being read out, in the order of the page."""
    if not content.steps:
        return [Fault("add-step", _("A script needs a step."))]
    found = [fault for number, step in enumerate(content.steps) for fault in _of_step(content, number, step)]
    return [*found, *_of_course(content), *_of_objections(content)]


def name_of(step: Step, number: int) -> str:
    """What a step is called where it is referred to."""
    return step.title or _("Step %(number)s") % {"number": number + 1}


def _of_step(content: Content, number: int, step: Step) -> list[Fault]:
    name, place = name_of(step, number), f"step-{number}"
    found = []
    if Counter(one.title for one in content.steps)[step.title] > 1 and step.title:
        found.append(Fault(f"{place}-title", _("Two steps are called “%(step)s”.") % {"step": name}, number))
    if not step.title:
        found.append(Fault(f"{place}-title", _("“%(step)s” needs a name.") % {"step": name}, number))
    if not step.text:
        found.append(Fault(f"{place}-text", _("“%(step)s” has no text to read out.") % {"step": name}, number))
    found += _of_fields(step.text, f"{place}-text", _("“%(step)s”") % {"step": name}, number)
    keys = {one.key for one in content.steps} | {END}
    for answer_number, answer in enumerate(step.answers):
        answered = f"{place}-answer-{answer_number}"
        if not answer.text:
            said = _("Answer %(number)s of “%(step)s” is empty.") % {"number": answer_number + 1, "step": name}
            found.append(Fault(answered, said, number))
        if answer.next not in keys:
            said = _("The answer “%(answer)s” of “%(step)s” leads nowhere: choose what comes next.")
            words = {"answer": answer.text or answer_number + 1, "step": name}
            found.append(Fault(f"{place}-next-{answer_number}", said % words, number))
    return found


def _of_course(content: Content) -> list[Fault]:
    """Steps that no way leads to, and steps from which no way leads to an end."""
    onward = {step.key: {answer.next for answer in step.answers} or {END} for step in content.steps}
    reached, waiting = set(), [content.steps[0].key]
    while waiting:
        key = waiting.pop()
        if key not in reached and key in onward:
            reached.add(key)
            waiting += onward[key]
    # Who has an answer that leads nowhere yet is told so already.
    ending = {END, ""}
    while grown := {key for key, nexts in onward.items() if key not in ending and nexts & ending}:
        ending |= grown
    found = []
    for number, step in enumerate(content.steps):
        words = {"step": name_of(step, number)}
        if step.key not in reached:
            said = _("No answer leads to “%(step)s”: let one do so, or remove the step.")
            found.append(Fault(f"step-{number}-title", said % words, number))
        elif step.key not in ending:
            said = _("From “%(step)s” the script goes round and never ends: let an answer end it.")
            found.append(Fault(f"step-{number}-title", said % words, number))
    return found


def _of_objections(content: Content) -> list[Fault]:
    found = []
    for number, row in enumerate(content.objections):
        words = {"number": number + 1}
        if not row.objection:
            found.append(Fault(f"objection-{number}", _("Objection %(number)s is empty.") % words))
        if not row.reply:
            found.append(Fault(f"reply-{number}", _("Objection %(number)s has no reply.") % words))
        found += _of_fields(row.reply, f"reply-{number}", _("Objection %(number)s") % words)
    return found


def _of_fields(text: str, place: str, where: Any, step: int | None = None) -> list[Fault]:
    unknown = unknown_fields(text)
    if not unknown:
        return []
    said = _("%(where)s: nothing fills %(fields)s.")
    return [Fault(place, said % {"where": where, "fields": ", ".join(f"{{{{{name}}}}}" for name in unknown)}, step)]
