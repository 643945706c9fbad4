"""What is checked before a text of the installation's own is published: for its superuser."""

import datetime as dt
from html.parser import HTMLParser
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from privacy.models import Policy
from privacy.models.policy import AGREED, NOTICE

TAGS = {"p", "h2", "h3", "ul", "ol", "li", "dl", "dt", "dd", "b", "i", "br", "a"}
LINKS = ("https://", "mailto:", "/")


class _Checker(HTMLParser):
    """Finds what does not belong into a document: other elements, attributes, and links elsewhere."""

    def __init__(self) -> None:
        super().__init__()
        self.faults: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in TAGS:
            self.faults.append(f"<{tag}>")
        for name, value in attrs:
            if (tag, name) != ("a", "href") or not (value or "").startswith(LINKS) or (value or "").startswith("//"):
                self.faults.append(f'{name}="{value}"')


def checked(body: str) -> str:
    """Return `body`; raise ValidationError when it holds anything but plain paragraphs, lists and links."""
    checker = _Checker()
    checker.feed(body)
    checker.close()
    if checker.faults:
        raise ValidationError(f"Only {', '.join(sorted(TAGS))} are allowed; found {', '.join(checker.faults[:3])}.")
    if "<p" not in body:
        raise ValidationError("Write paragraphs: <p>…</p>.")
    return body


class PublishForm(forms.ModelForm):  # type: ignore[type-arg]
    """One version in both languages. A material change is announced 30 days ahead, so its day lies so far away."""

    kind = forms.ChoiceField(choices=[(kind, Policy.Kind(kind).label) for kind in AGREED])
    body_en = forms.CharField(label="Text in English (HTML)", widget=forms.Textarea(attrs={"rows": 20}))
    body_hi = forms.CharField(label="Text in Hindi (HTML)", widget=forms.Textarea(attrs={"rows": 20}))
    summary_en = forms.CharField(label="What changes, in English", widget=forms.Textarea(attrs={"rows": 2}))
    summary_hi = forms.CharField(label="What changes, in Hindi", widget=forms.Textarea(attrs={"rows": 2}))
    effective_on = forms.DateField(label="Holds from", widget=forms.DateInput(attrs={"type": "date"}))
    is_material = forms.BooleanField(
        label="Material: new purpose, wider sharing, longer keeping, other duties. People must accept it again.",
        required=False,
    )

    class Meta:
        model = Policy
        fields = ("kind", "is_material")

    def clean_body_en(self) -> str:
        return checked(self.cleaned_data["body_en"])

    def clean_body_hi(self) -> str:
        body = checked(self.cleaned_data["body_hi"])
        if not any("\u0900" <= letter <= "\u097f" for letter in body):
            raise ValidationError("There is no Hindi in it.")
        return body

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        effective_on: dt.date | None = cleaned.get("effective_on")
        if effective_on is None:
            return cleaned
        today = timezone.localdate()
        if cleaned.get("is_material") and effective_on <= today + NOTICE:
            earliest = today + NOTICE + dt.timedelta(days=1)
            self.add_error("effective_on", f"A material change is announced 30 days ahead: {earliest} at the earliest.")
        elif effective_on < today:
            self.add_error("effective_on", "This day is over.")
        return cleaned
