"""Two leads side by side, and which value of each field is kept."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jini.lib.words import phone_number, rupees
from leads.actions.merging import OWNER, STATUS
from leads.custom.showing import in_words
from leads.languages import in_words as in_languages
from leads.models import CustomField, Lead, Status

KEEP, GONE = "keep", "gone"
LABELS = {
    "name": gettext_lazy("Name"),
    "phone": gettext_lazy("Main number"),
    "email": gettext_lazy("E-mail"),
    "address": gettext_lazy("Address"),
    "city": gettext_lazy("City"),
    "region": gettext_lazy("State"),
    "pin": gettext_lazy("PIN code"),
    "language": gettext_lazy("Language"),
    "source": gettext_lazy("Source"),
    "value": gettext_lazy("Value"),
    "score": gettext_lazy("Score"),
    STATUS: gettext_lazy("Status"),
    OWNER: gettext_lazy("Owner"),
}


@dataclass(frozen=True)
class Side:
    """One field of two leads in words. `control` is the name of its choice; empty when both say the same."""

    label: str
    keep: str
    gone: str
    name: str = ""
    prefers_gone: bool = False


class MergeForm(forms.Form):
    """A choice for each field in which `keep` and `gone` differ (both with status and owner loaded).

    Chosen at first is what is not empty, else what the kept lead says; of the status, the one that is further on.
    `keep_version` and `gone_version` tell whether the leads are still as they were shown.
    """

    keep_version = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2**31)
    gone_version = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2**31)

    def __init__(self, data: Any, *, keep: Lead, gone: Lead) -> None:
        super().__init__(data)
        self.fields["keep_version"].initial, self.fields["gone_version"].initial = keep.version, gone.version
        self.sides = list(_sides(keep, gone))
        for side in self.sides:
            if side.name:
                self.fields[side.name] = forms.ChoiceField(
                    label=side.label,
                    choices=[(KEEP, side.keep), (GONE, side.gone)],
                    initial=GONE if side.prefers_gone else KEEP,
                    # What was changed between the showing and the sending is asked once more, with the kept lead's first.
                    required=False,
                )

    @property
    def rows(self) -> list[tuple[Side, str]]:
        """Each field with what is chosen of it: "keep", "gone", or "" when both say the same."""
        return [(side, str(self[side.name].value() or KEEP) if side.name else "") for side in self.sides]

    @property
    def choices(self) -> set[str]:
        """What the kept lead takes over, as `merge_leads` names it."""
        return {side.name for side in self.sides if side.name and self.cleaned_data.get(side.name) == GONE}

    @property
    def versions(self) -> tuple[int, int]:
        return self.cleaned_data["keep_version"], self.cleaned_data["gone_version"]

    def shown_anew(self, keep: Lead, gone: Lead) -> None:
        """Let the form, which is shown again with its choices, be about the leads as they are now."""
        self.data = {**self.data.dict(), "keep_version": str(keep.version), "gone_version": str(gone.version)}  # type: ignore[attr-defined]


def _sides(keep: Lead, gone: Lead) -> Iterator[Side]:
    for name, label in LABELS.items():
        mine, theirs = _value(keep, name), _value(gone, name)
        side = _side(str(label), name, mine, theirs, (_said(keep, name), _said(gone, name)))
        yield replace(side, prefers_gone=_is_further(gone.status, keep.status)) if name == STATUS else side
    for field in CustomField.objects.in_order():
        mine, theirs = keep.custom.get(field.key), gone.custom.get(field.key)
        yield _side(field.label, field.key, mine, theirs, (in_words(field, mine), in_words(field, theirs)))


def _side(label: str, name: str, mine: Any, theirs: Any, said: tuple[str, str]) -> Side:
    return Side(label, *said) if mine == theirs else Side(label, *said, name=name, prefers_gone=not mine and mine != 0)


def _is_further(status: Status, than: Status) -> bool:
    """Whether somebody who is known by both is rather in `status`: given up is least, then new."""
    given_up = {Status.Kind.LOST, Status.Kind.INVALID}
    return (status.kind not in given_up, not status.is_initial) > (than.kind not in given_up, not than.is_initial)


def _value(lead: Lead, name: str) -> Any:
    if name == "language":
        return [code for code in (lead.language, *lead.other_languages) if code]
    return getattr(lead, {STATUS: "status_id", OWNER: "assigned_to_id"}.get(name, name))


def _said(lead: Lead, name: str) -> str:
    if name == OWNER:
        return lead.assigned_to.name if lead.assigned_to else _("Nobody")
    if name == STATUS:
        return str(lead.status.label)
    value = getattr(lead, name)
    if name == "phone":
        return phone_number(value)
    if name == "language":
        return in_languages(_value(lead, name))
    return rupees(value) if name == "value" and value is not None else str(value or "")
