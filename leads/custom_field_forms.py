"""The form of a custom field."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from leads.custom.reading import same_word
from leads.models import MOST_FIELDS, CustomField

MOST_CHOICES = 200
# Rows for new choices that are shown at a time.
EMPTY_ROWS = 5


class CustomFieldForm(forms.ModelForm):  # type: ignore[type-arg]
    """A question and, where it has some, its choices. The kind is chosen once: answers of one kind are none of another."""

    class Meta:
        model = CustomField
        fields = ["name", "name_hi", "kind", "position", "is_required", "is_active"]
        labels = {"is_required": _("Must be answered"), "is_active": _("In use")}
        help_texts = {
            "kind": _("It cannot be changed later, since the answers would no longer fit."),
            "position": _("Order on the lead, the smallest first."),
            "is_required": _("Whoever adds or edits a lead by hand must fill it in."),
            "is_active": _("Out of use it is neither asked nor shown; its answers are kept."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.is_new = self.instance._state.adding  # noqa: SLF001 -- Django's documented name
        if not self.is_new:
            del self.fields["kind"]
        self.rows: list[tuple[str, str, str]] = []
        if self.is_new or self.instance.has_choices:
            self._add_choices()

    def _add_choices(self) -> None:
        present = self.instance.choices
        sent = sum(1 for name in self.data if name.startswith("choice_")) if self.is_bound else 0
        for place in range(min(max(len(present) + EMPTY_ROWS, sent), MOST_CHOICES)):
            choice = present[place] if place < len(present) else {"name": "", "name_hi": "", "is_active": True}
            row = f"choice_{place}", f"hindi_{place}", f"used_{place}"
            number = {"number": place + 1}
            self.fields[row[0]] = forms.CharField(
                label=_("Choice %(number)s") % number, max_length=60, required=False, initial=choice["name"]
            )
            self.fields[row[1]] = forms.CharField(
                label=_("Choice %(number)s in Hindi") % number, max_length=60, required=False, initial=choice["name_hi"]
            )
            self.fields[row[2]] = forms.BooleanField(label=_("In use"), required=False, initial=choice["is_active"])
            self.rows.append(row)

    @property
    def choice_rows(self) -> list[list[forms.BoundField]]:
        return [[self[name] for name in row] for row in self.rows]

    @property
    def own_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self._meta.fields or () if name in self.fields]

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"].strip()
        if CustomField.objects.filter(name__iexact=name).exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError(_("There is a field of this name already."))
        return name

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if self.is_new and CustomField.objects.count() >= MOST_FIELDS:
            raise forms.ValidationError(_("There are 50 fields already, which is the most there can be."))
        kind = cleaned.get("kind", self.instance.kind)
        if kind in CustomField.CHOOSING:
            self._check_choices(cleaned)
            self.instance.choices = self._choices(cleaned)
            if not any(choice["is_active"] for choice in self.instance.choices):
                self.add_error(self.rows[0][0], _("Give it at least one choice that is in use."))
        return cleaned

    def _check_choices(self, cleaned: dict[str, Any]) -> None:
        """One word is one choice, whatever its case and language; a choice that leads may have cannot be without a name."""
        seen: set[str] = set()
        for place, (name, hindi, __) in enumerate(self.rows):
            words = {same_word(cleaned.get(part) or "") for part in (name, hindi)} - {""}
            if seen & words:
                self.add_error(name, _("This choice is there twice."))
            seen |= words
            if place < len(self.instance.choices) and not cleaned.get(name):
                self.add_error(name, _("Leads may have this choice; take it out of use instead."))
            elif cleaned.get(hindi) and not cleaned.get(name):
                self.add_error(name, _("Give it an English name, too."))

    def _choices(self, cleaned: dict[str, Any]) -> list[dict[str, Any]]:
        present = self.instance.choices
        most = max((int(choice["key"]) for choice in present), default=0)
        made = []
        for place, (name, hindi, used) in enumerate(self.rows):
            if cleaned.get(name):
                if place < len(present):
                    key = present[place]["key"]
                else:
                    most += 1
                    key = str(most)
                words = {
                    "name": " ".join(cleaned[name].split()),
                    "name_hi": " ".join((cleaned.get(hindi) or "").split()),
                }
                made.append({"key": key, **words, "is_active": cleaned.get(used, False)})
        return made

    @property
    def changes(self) -> list[str]:
        """The names of what was changed, the choices as one."""
        own = [name for name in self.changed_data if name in (self._meta.fields or ())]
        return own + ["choices"] * (self.instance.has_choices and len(own) < len(self.changed_data))
