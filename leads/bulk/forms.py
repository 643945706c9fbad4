"""What is asked before many leads are changed. Each form's `params()` are what the job keeps: ids, and words of ours."""

import uuid
from collections.abc import Iterator
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from leads.actions.editing import tag_called
from leads.bulk.assigning import LOAD, ONE, TURN, WEIGHTED
from leads.bulk.exporting import CSV, EXCEL, OF_THE_LIST, every_column
from leads.models import Tag
from leads.status_forms import MoveForm
from teams.visibility import people_seen_by

MOST_CAPACITY, MOST_WEIGHT = 1_000_000, 100


class BulkForm(forms.Form):
    """A form of one action; this one asks nothing."""

    template = ""

    def __init__(self, *args: Any, by: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.by = by

    def params(self) -> dict[str, Any]:
        """What the job keeps."""
        return {}


class AssignForm(BulkForm):
    """To whom, and in which way. Beside each person stand a weight and how many open leads they can take."""

    template = "bulk/_people.html"
    how = forms.ChoiceField(
        label=_("How"),
        choices=[
            (ONE, _("All to one person")),
            (TURN, _("In turn")),
            (WEIGHTED, _("By weight")),
            (LOAD, _("To who has the fewest open leads")),
        ],
        initial=ONE,
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, by: Membership, **kwargs: Any) -> None:
        super().__init__(*args, by=by, **kwargs)
        self.seen = {str(person.pk): person for person in people_seen_by(by).active()}
        self.fields["people"] = forms.MultipleChoiceField(
            label=_("People"), required=False, choices=[(pk, person.name) for pk, person in self.seen.items()]
        )
        for pk, person in self.seen.items():
            name = {"name": person.name}
            weight = forms.IntegerField(
                label=_("Weight of %(name)s") % name, min_value=1, max_value=MOST_WEIGHT, required=False
            )
            most = forms.IntegerField(
                label=_("Open leads of %(name)s at most") % name, min_value=0, max_value=MOST_CAPACITY, required=False
            )
            for field, empty in ((weight, "1"), (most, "∞")):
                field.widget.attrs |= {"placeholder": empty, "aria-label": field.label}
            self.fields |= {f"weight-{pk}": weight, f"most-{pk}": most}

    def shares(self) -> Iterator[dict[str, Any]]:
        """Yield what the page shows of each person."""
        chosen = set(self["people"].value() or [])
        for pk, person in self.seen.items():
            yield {
                "pk": pk,
                "name": person.name,
                "is_chosen": pk in chosen,
                "weight": self[f"weight-{pk}"],
                "most": self[f"most-{pk}"],
            }

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        people, how = cleaned.get("people") or [], cleaned.get("how")
        if how == ONE and len(people) > 1:
            self.add_error("people", _("Choose one person, or another way."))
        elif how != ONE and not people:
            self.add_error("people", _("Choose at least one person."))
        return cleaned

    def params(self) -> dict[str, Any]:
        given = self.cleaned_data
        is_weighted = given["how"] == WEIGHTED
        people = [
            [pk, (given[f"weight-{pk}"] or 1) if is_weighted else 1, given[f"most-{pk}"]] for pk in given["people"]
        ]
        return {"how": given["how"], "people": people}


class StatusForm(MoveForm, BulkForm):
    """A status, and why where it asks for a reason: one for all."""

    def __init__(self, *args: Any, by: Membership, **kwargs: Any) -> None:
        super().__init__(*args, by=by, **kwargs)
        del self.fields["version"]
        reason: Any = self.fields["reason"]
        reason.help_text = _("For a status that asks for one.")

    def params(self) -> dict[str, Any]:
        reason = self.cleaned_data["reason"]
        return {"status": str(self.cleaned_data["status"].pk), "reason": str(reason.pk) if reason else None}


class TagForm(BulkForm):
    """A tag by its name: there may be thousands of them. The first to use a word makes it."""

    name = forms.CharField(label=_("Tag"), max_length=40)

    def clean_name(self) -> str:
        name = " ".join(self.cleaned_data["name"].split())
        if not name:
            raise forms.ValidationError(_("Enter a tag."))
        return name

    def params(self) -> dict[str, Any]:
        return {"tag": str(tag_called(self.cleaned_data["name"]).pk)}


class UntagForm(TagForm):
    def clean_name(self) -> str:
        name = super().clean_name()
        if not Tag.objects.filter(name__iexact=name).exists():
            raise forms.ValidationError(_("There is no such tag."))
        return name


class ExportForm(BulkForm):
    kind = forms.ChoiceField(
        label=_("File"),
        choices=[(CSV, _("CSV")), (EXCEL, _("Excel, up to 1,00,000 leads"))],
        initial=CSV,
        widget=forms.RadioSelect,
    )
    columns = forms.MultipleChoiceField(
        label=_("Columns"),
        initial=OF_THE_LIST,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        columns: Any = self.fields["columns"]
        columns.choices = [(name, column.label) for name, column in every_column().items()]

    def params(self) -> dict[str, Any]:
        chosen = set(self.cleaned_data["columns"])
        return {"kind": self.cleaned_data["kind"], "columns": [name for name in every_column() if name in chosen]}


class ConfirmForm(forms.Form):
    """Beside the action's own form: the job that is confirmed, so that pressing twice starts it once."""

    job = forms.UUIDField(widget=forms.HiddenInput)

    def clean_job(self) -> uuid.UUID:
        job: uuid.UUID = self.cleaned_data["job"]
        return job
