"""The form of what makes two leads look like one person."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from leads.models import LEAST_PERCENT, MOST_PERCENT, DuplicateSettings


class DuplicateSettingsForm(forms.ModelForm):  # type: ignore[type-arg]
    name_percent = forms.IntegerField(
        label=_("How similar the names must be, in percent"),
        help_text=_("From 40, where much is found that is none, to 100, where only the same name counts."),
        min_value=LEAST_PERCENT,
        max_value=MOST_PERCENT,
    )

    class Meta:
        model = DuplicateSettings
        fields = ["by_number", "by_email", "by_name", "name_percent"]
        labels = {
            "by_number": _("Same number in another place"),
            "by_email": _("Same e-mail"),
            "by_name": _("Similar name and same city"),
        }

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if not any(cleaned.get(name) for name in ("by_number", "by_email", "by_name")):
            raise forms.ValidationError(_("Choose at least one reason."))
        return cleaned
