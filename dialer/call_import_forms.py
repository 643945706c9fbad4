"""What the import of a call log asks: the file and whose calls it holds, then which column is what."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from dialer.actions.importing_calls import MOST_BYTES
from dialer.device_calls.files import FIELDS, lacks
from dialer.models import CallLogImport
from leads.importing import sandbox
from leads.importing.reader import Refused
from leads.importing.words import refusal
from teams.visibility import people_seen_by

LEFT_OUT = "none"


class CallLogForm(forms.Form):
    file = forms.FileField(
        label=_("File"),
        allow_empty_file=True,
        help_text=_("CSV or Excel with a heading, at most 5 MB and 20,000 calls, from a phone or a provider."),
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.tsv,.xlsx,.xls"}),
    )
    telecaller = forms.ModelChoiceField(
        label=_("Whose calls are these"), queryset=Membership.objects.none(), empty_label=_("Choose a person")
    )
    # Told by the first bytes once the form is valid.
    kind = ""

    def __init__(self, *args: Any, by: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people: Any = self.fields["telecaller"]
        people.queryset = people_seen_by(by).active()
        people.label_from_instance = lambda member: member.name

    def clean_file(self) -> Any:
        """Refuse what cannot be a table, as far as that can be told without opening it."""
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            raise forms.ValidationError(_("The file is larger than 5 MB. Divide it."))
        try:
            self.kind = sandbox.kind_of(file.file, file.size)
        except Refused as refused:
            raise forms.ValidationError(refusal(refused.code, refused.more)) from refused
        return file


class ColumnsForm(forms.Form):
    """One choice for each column of the file."""

    def __init__(self, call_import: CallLogImport, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(LEFT_OUT, _("Leave out")), *FIELDS.items()]
        for column, heading in enumerate(call_import.header):
            label = heading or str(_("Column %(number)d") % {"number": column + 1})
            chosen = call_import.mapping.get(str(column), LEFT_OUT)
            self.fields[f"column_{column}"] = forms.ChoiceField(label=label, choices=choices, initial=chosen)

    @property
    def mapping(self) -> dict[str, str]:
        """{number of the column: field}, of a valid form."""
        return {name.removeprefix("column_"): field for name, field in self.cleaned_data.items() if field != LEFT_OUT}

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if not self.errors and (problem := lacks(self.mapping)):
            raise forms.ValidationError(problem)
        return cleaned
