"""What a program sends of a lead, held against the same form that people fill in."""

from collections.abc import Mapping
from typing import Any

from jini.lib.phone import read_phone
from leads.erased import FAULT
from leads.forms import OWN, LeadForm
from leads.models import Lead

CUSTOM = "custom"


class SentLead:
    """The fields of a lead in a request: the lead's own by their names, `custom` by the keys of the custom fields.

    Of a lead that there is, only what was sent is looked at and changes. `values` are what `create_lead` and
    `edit_lead` take, `errors` say what is wrong with which field.
    """

    def __init__(self, fields: Mapping[str, Any], lead: Lead | None = None) -> None:
        answers = fields.get(CUSTOM) or {}
        own = {name: _typed(value) for name, value in fields.items() if name in OWN}
        blank = LeadForm(instance=lead)
        self._names = {control.field.key: name for name, control in blank.custom.items()}
        given = {self._names[key]: _typed(value) for key, value in answers.items() if key in self._names}
        self._unknown = [key for key in answers if key not in self._names]
        self._form = LeadForm({**own, **given}, instance=lead)
        if lead is not None:
            for name in set(self._form.fields) - set(own) - set(given):
                del self._form.fields[name]

    @property
    def errors(self) -> dict[str, list[str]]:
        """What is wrong, by the name that the field has in the request."""
        keys = {name: f"{CUSTOM}.{key}" for key, name in self._names.items()}
        found = {keys.get(name, name): [str(error) for error in errors] for name, errors in self._form.errors.items()}
        return found | {f"{CUSTOM}.{key}": ["there is no such field"] for key in self._unknown}

    @property
    def erased(self) -> list[str]:
        """What was sent of somebody who was erased on request: numbers in E.164 and addresses."""
        wrong = self._form.errors.as_data()
        marked = [name for name, errors in wrong.items() if any(error.code == FAULT for error in errors)]
        sent = {name: str(self._form.data.get(name, "")) for name in marked}
        return [read_phone(text).numbers[0] if name == "phone" else text for name, text in sent.items()]

    @property
    def values(self) -> dict[str, Any]:
        """The values that were sent, of fields without errors."""
        cleaned = self._form.cleaned_data
        own = {name: cleaned[name] for name in OWN if name in cleaned}
        answers = {key: cleaned[name] for key, name in self._names.items() if name in cleaned}
        return own | ({CUSTOM: answers} if answers else {})


def _typed(value: Any) -> Any:
    """The value as somebody would type it: numbers and yes or no as text, several choices as a list."""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, list):
        return [str(part) for part in value]
    return "" if value is None else str(value)
