"""Custom fields in a form."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from jini.lib.words import phone_number
from leads.custom.reading import LONGEST, Value, in_order, read_value
from leads.custom.words import FAULTS
from leads.models import CustomField

Kind = CustomField.Kind
_TYPES = {Kind.DATE: "date", Kind.PHONE: "tel", Kind.EMAIL: "email", Kind.URL: "url"}


class CustomInput(forms.Field):
    """Asks for one custom field; clean is a `reading.Value`. A `present` choice that is used no more may stay."""

    def __init__(self, field: CustomField, present: Value = None) -> None:
        self.field = field
        self.labels = field.labels(kept=present or ())
        super().__init__(
            label=field.label, required=field.is_required, initial=present, widget=_widget(field, self.labels)
        )

    def prepare_value(self, value: Any) -> Any:
        if self.field.kind == Kind.PHONE and isinstance(value, str) and value.startswith("+"):
            return phone_number(value, country=True)
        return value

    def clean(self, value: Any) -> Value:
        """Return what is meant; raise ValidationError with what is wrong with it."""
        found: Value
        if self.field.has_choices:
            found = self._chosen(value)
        else:
            found, fault = read_value(self.field, str(value or ""))
            if fault:
                raise forms.ValidationError(str(FAULTS[fault]))
        if found is None and self.required:
            raise forms.ValidationError(self.error_messages["required"], code="required")
        return found

    def _chosen(self, value: Any) -> Value:
        keys = [key for key in (value if isinstance(value, list) else [value]) if key]
        if any(key not in self.labels for key in keys):
            raise forms.ValidationError(str(FAULTS["choice_unknown"]))
        if self.field.kind == Kind.CHOICES:
            return in_order(self.field, keys)
        return keys[0] if keys else None

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return self.clean(data) != (initial or None)
        except forms.ValidationError:
            return True


def _widget(field: CustomField, labels: Mapping[str, str]) -> forms.Widget:
    if field.kind == Kind.CHOICES:
        return forms.CheckboxSelectMultiple(choices=list(labels.items()))
    if field.kind == Kind.CHOICE:
        return forms.Select(choices=[("", "–"), *labels.items()])
    if field.kind == Kind.YES_NO:
        return forms.Select(choices=[("", "–"), ("1", _("Yes")), ("0", _("No"))])
    attrs = {"type": _TYPES.get(Kind(field.kind), "text")}
    if field.kind in {Kind.NUMBER, Kind.MONEY}:
        attrs["inputmode"] = "decimal"
    if field.kind != Kind.DATE:
        attrs["maxlength"] = str(LONGEST)
    return forms.TextInput(attrs)


def inputs(fields: Iterable[CustomField], custom: Mapping[str, Any]) -> dict[str, CustomInput]:
    """Return the controls for `fields` by their names in a form, filled with what `custom` holds."""
    return {f"custom_{field.number}": CustomInput(field, custom.get(field.key)) for field in fields}
