"""The boxes of who must accept a document anew, and the day of who looks back."""

from copy import deepcopy
from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from privacy import policies
from privacy.forms import PAIRS, AcceptanceForm
from privacy.models import Policy


class RenewedAcceptanceForm(forms.Form):
    """One unticked box for each document of `kinds`; `read` carries which versions were on the page."""

    read = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, data: Any = None, *, kinds: list[str]) -> None:
        super().__init__(data)
        language = get_language() or "en"
        self.documents: dict[str, Policy] = {}
        for name, kind in PAIRS:
            if kind in kinds:
                self.documents[name] = policies.in_force(kind, language)
                self.fields[name] = deepcopy(AcceptanceForm.base_fields[name])
        self.initial["read"] = self._shown()

    def _shown(self) -> str:
        return " ".join(f"{policy.kind}.{policy.version}" for policy in self.documents.values())

    @property
    def boxes(self) -> list[tuple[Any, Policy]]:
        """Each box with its document."""
        return [(self[name], policy) for name, policy in self.documents.items()]

    def clean_read(self) -> str:
        if self.cleaned_data["read"] != self._shown():
            # Shown with the fresh text: the field is filled anew.
            self.data = {**self.data.dict(), "read": self._shown()}  # type: ignore[attr-defined]
            raise forms.ValidationError(_("A document has changed meanwhile. Read it, then tick the boxes again."))
        return str(self.cleaned_data["read"])

    def record(self, user: User, *, ip_address: str | None, user_agent: str) -> None:
        """Write the proof of each box, once: document, version, hash, wording, time, address and browser."""
        for name, policy in self.documents.items():
            policies.keep_proof(
                user, policy, str(self.fields[name].label), ip_address=ip_address, user_agent=user_agent
            )


class DayForm(forms.Form):
    on = forms.DateField(label=_("On which day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
