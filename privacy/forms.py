"""The boxes under which a person agrees to the documents in force."""

from typing import Any

from django import forms
from django.utils.functional import cached_property
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from privacy import policies
from privacy.models import Acceptance, MarketingChoice, Policy

PAIRS = (("accepts_privacy", Policy.Kind.PRIVACY), ("accepts_terms", Policy.Kind.TERMS))


class AcceptanceForm(forms.Form):
    """One unticked box of its own for each document, and one for news that may stay empty.

    `read` carries the documents that were on the page: when a new version took effect since, it must be read first.
    """

    template_name = "privacy/_acceptance.html"

    accepts_privacy = forms.BooleanField(
        label=_("I have read the privacy policy and accept it for myself and my organisation."),
        error_messages={"required": _("Tick this box to go on.")},
    )
    accepts_terms = forms.BooleanField(
        label=_("I accept the terms of service."), error_messages={"required": _("Tick this box to go on.")}
    )
    wants_news = forms.BooleanField(
        label=_("Send me product news."), help_text=_("Optional; change it any time."), required=False
    )
    read = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, data: Any = None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.initial["read"] = self._fingerprint()

    @cached_property
    def documents(self) -> dict[str, Policy]:
        """The documents in force in the language of the page, by the name of their box."""
        language = get_language() or "en"
        return {box: policies.in_force(kind, language) for box, kind in PAIRS}

    def _fingerprint(self) -> str:
        return " ".join(f"{policy.kind}.{policy.version}" for policy in self.documents.values())

    def clean_read(self) -> str:
        if self.cleaned_data["read"] != self._fingerprint():
            # Shown with the fresh text: the field is filled anew.
            self.data = {**self.data.dict(), "read": self._fingerprint()}  # type: ignore[attr-defined]
            raise forms.ValidationError(_("A document has changed meanwhile. Read it, then tick the boxes again."))
        return self.cleaned_data["read"]

    def record(self, user: User, *, ip_address: str | None, user_agent: str) -> None:
        """Write the proof: document, version, hash, wording of the box, time, address and browser; and the choice of news."""
        for box, policy in self.documents.items():
            Acceptance.objects.get_or_create(
                user=user,
                policy=policy,
                defaults={
                    "sha256": policy.sha256,
                    "wording": str(self.fields[box].label),
                    "ip_address": ip_address,
                    "user_agent": user_agent[:300],
                },
            )
        MarketingChoice.objects.create(
            user=user, is_wanted=self.cleaned_data["wants_news"], wording=str(self.fields["wants_news"].label)
        )
