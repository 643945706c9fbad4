"""What the import wizard asks."""

import uuid
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from accounts.permissions import Permission
from leads.actions.editing import tag_called
from leads.actions.list_fields import KINDS
from leads.importing import sandbox
from leads.importing.columns import custom_fields, targets
from leads.importing.reader import Refused
from leads.importing.words import refusal
from leads.models import ImportBatch, Tag
from teams.visibility import people_seen_by

MOST_TAGS = 10


class UploadForm(forms.Form):
    file = forms.FileField(
        label=_("File"),
        allow_empty_file=True,
        help_text=_("CSV or Excel (.xlsx), at most 50 MB, as your phone, Excel, Facebook or another system saved it."),
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.tsv,.xlsx,.xls"}),
    )
    # Told by the first bytes once the form is valid.
    kind = ""

    def clean_file(self) -> Any:
        """Refuse what cannot be a table, as far as that can be told without opening it."""
        file = self.cleaned_data["file"]
        try:
            self.kind = sandbox.kind_of(file.file, file.size)
        except Refused as refused:
            raise forms.ValidationError(refusal(refused.code, refused.more)) from refused
        return file


class TermsForm(forms.Form):
    """Which column is what, and what holds for every row of a list."""

    duplicates = forms.ChoiceField(
        label=_("When a lead with the number exists"),
        choices=ImportBatch.Duplicates.choices,
        widget=forms.RadioSelect,
        initial=ImportBatch.Duplicates.FILL,
    )
    source = forms.CharField(
        label=_("Source"), max_length=80, required=False, help_text=_("For rows that name none, such as “Expo stall”.")
    )
    legal_ground = forms.ChoiceField(
        label=_("Why may they be called"),
        choices=ImportBatch.LegalGround.choices,
        initial=ImportBatch.LegalGround.UNKNOWN,
    )
    owners = forms.ModelMultipleChoiceField(
        label=_("Owners, in turn"),
        queryset=Membership.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Without one the leads wait for whoever calls next."),
    )
    tags = forms.CharField(
        label=_("Tags"), max_length=300, required=False, help_text=_("Several with commas between them.")
    )

    def __init__(
        self, batch: ImportBatch, samples: Sequence[Sequence[str]], data: Any = None, *, by: Membership
    ) -> None:
        super().__init__(data, initial=_initial(batch))
        people: Any = self.fields["owners"]
        people.queryset = people_seen_by(by).active()
        people.label_from_instance = lambda member: member.name
        self._samples = samples
        self._targets = targets(custom_fields())
        choices: list[Any] = [("", _("Not imported")), *self._targets.items()]
        if by.may(Permission.SETTINGS_EDIT):
            choices.append((_("A new field"), list(KINDS.items())))
        for column, heading in enumerate(batch.header):
            self.fields[f"column_{column}"] = forms.ChoiceField(
                label=heading or _("Column %(number)s") % {"number": column + 1},
                choices=choices,
                required=False,
                initial=batch.mapping.get(str(column), ""),
            )
        self._width = len(batch.header)

    @property
    def columns(self) -> list[tuple[forms.BoundField, list[str]]]:
        """The control of each column with its first three values that are not empty."""
        found = []
        for column in range(self._width):
            values = [row[column] for row in self._samples if column < len(row) and row[column].strip()]
            found.append((self[f"column_{column}"], values[:3]))
        return found

    @property
    def terms(self) -> list[forms.BoundField]:
        return [self[name] for name in ("duplicates", "source", "legal_ground", "owners", "tags")]

    @property
    def mapping(self) -> dict[int, str]:
        """{column: field} of the columns that are imported."""
        chosen = {column: self.cleaned_data.get(f"column_{column}", "") for column in range(self._width)}
        return {column: field for column, field in chosen.items() if field}

    def options(self) -> dict[str, Any]:
        """What holds for every row, as the batch keeps it; tags that are new are made."""
        said = self.cleaned_data
        return {
            "duplicates": said["duplicates"],
            "source": said["source"],
            "legal_ground": said["legal_ground"],
            "owners": [str(member.pk) for member in said["owners"]],
            "tags": [str(tag_called(name).pk) for name in said["tags"]],
        }

    def clean_tags(self) -> list[str]:
        """Return the names; at most ten, of at most 40 characters."""
        names = [" ".join(part.split()) for part in self.cleaned_data["tags"].split(",")]
        names = list(dict.fromkeys(name for name in names if name))
        if len(names) > MOST_TAGS or any(len(name) > 40 for name in names):
            raise forms.ValidationError(_("At most 10 tags, each of at most 40 characters."))
        return names

    def clean(self) -> dict[str, Any]:
        """Refuse a mapping without a phone, and one that gives a field twice, naming the columns."""
        cleaned: dict[str, Any] = super().clean() or {}
        mapping = self.mapping
        first: dict[str, str] = {}
        for column, field in mapping.items():
            name = f"column_{column}"
            if field in first and field not in KINDS:
                said = _("“%(first)s” is %(field)s already. Choose another field, or do not import it.")
                self.add_error(name, said % {"first": self[first[field]].label, "field": self._targets[field]})
            first.setdefault(field, name)
        if "phone" not in first:
            raise forms.ValidationError(_("No column is the phone. Choose “Phone” for the column with the numbers."))
        return cleaned


def _initial(batch: ImportBatch) -> dict[str, Any]:
    options = dict(batch.options)
    if options:
        ids = [uuid.UUID(tag) for tag in options["tags"]]
        options["tags"] = ", ".join(Tag.objects.filter(pk__in=ids).order_by("name").values_list("name", flat=True))
    return options
