"""What a bulk job was asked to do, and why it failed, in words."""

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from leads.bulk.assigning import ONE, WEIGHTED, people_of
from leads.bulk.exporting import COLUMNS, EXCEL
from leads.bulk.forms import AssignForm
from leads.bulk.steps import Action
from leads.models import BulkJob, Status, Tag


def chosen(job: BulkJob, action: Action) -> str:
    """Say what was chosen beside the leads."""
    say = _WORDS.get(action.key)
    return say(job.params) if say else ""


def _assign(params: Mapping[str, Any]) -> str:
    people = {str(person.pk): person.name for person in people_of(params)}
    if params["how"] == ONE:
        return people.get(params["people"][0][0], "") if params["people"] else _("Nobody")
    names = []
    for person, weight, most in params["people"]:
        name = people.get(person, "")
        name += f" × {weight}" if params["how"] == WEIGHTED else ""
        names.append(name + (" ≤ " + str(most) if most is not None else ""))
    how: Any = dict(AssignForm.base_fields["how"].choices)[params["how"]]  # type: ignore[attr-defined]
    return f"{how}: {', '.join(names)}"


def _status(params: Mapping[str, Any]) -> str:
    status = Status.objects.filter(pk=params["status"]).first()
    return str(status.label) if status else ""


def _tag(params: Mapping[str, Any]) -> str:
    return str(Tag.objects.filter(pk=params["tag"]).values_list("name", flat=True).first() or "")


def _export(params: Mapping[str, Any]) -> str:
    kind = _("Excel") if params["kind"] == EXCEL else _("CSV")
    return f"{kind}: {', '.join(str(COLUMNS[name].label) for name in params['columns'])}"


_WORDS: dict[str, Callable[[Mapping[str, Any]], str]] = {
    "assign": _assign,
    "status": _status,
    "tag": _tag,
    "untag": _tag,
    "export": _export,
}


def failure(job: BulkJob) -> str:
    """Say why the job failed; empty when it did not."""
    words = {
        "not_allowed": _("Who started it may not do this any more. Nothing more was changed."),
        "excel": _("These are more leads than an Excel file is made for. Choose CSV."),
        "filter": _("A filter of the choice no longer fits. Nothing was changed; choose the leads again."),
        "file": _("The file could not be written."),
    }
    return words.get(job.failure, job.failure)
