"""The form of a status."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from leads.models import Status


class StatusForm(forms.ModelForm):  # type: ignore[type-arg]
    """A step of the pipeline. New leads start in exactly one, which is open and in use."""

    class Meta:
        model = Status
        fields = ["name", "name_hi", "kind", "colour", "position", "is_initial", "is_active"]
        labels = {"is_initial": _("New leads start here"), "is_active": _("In use")}
        help_texts = {
            "kind": _("Won, lost and invalid leads are called no more."),
            "position": _("Order of the steps, the smallest first."),
        }

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"].strip()
        if Status.objects.filter(name__iexact=name).exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError(_("There is a status of this name already."))
        return name

    def clean_is_initial(self) -> bool:
        is_initial: bool = self.cleaned_data["is_initial"]
        if self.instance.is_initial and not is_initial:
            raise forms.ValidationError(_("Tick this at another status; it then moves there."))
        return is_initial

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("is_initial"):
            if not cleaned.get("is_active"):
                self.add_error("is_active", _("New leads start here, so it must be in use."))
            if cleaned.get("kind") not in {Status.Kind.OPEN, None}:
                self.add_error("kind", _("New leads start here, so it must be open."))
        return cleaned
