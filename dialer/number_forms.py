"""Forms of the organisation's numbers, and of what each series may carry."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from dialer.models import PhoneNumber, TelephonyAccount
from jini.lib.forms import PhoneField
from jini.lib.words import phone_number
from privacy.contact_facts import Purpose, series_of
from privacy.contact_words import PURPOSES, SERIES
from privacy.models import ContactPolicy
from teams.models import Team


def name_of(number: PhoneNumber) -> str:
    """Return what a number is called in a choice: "Sales, +91 140 123 4567"."""
    shown = phone_number(number.phone, country=True)
    return f"{number.label}, {shown}" if number.label else shown


class NumberForm(forms.ModelForm):  # type: ignore[type-arg]
    """A number, its name, its series where the digits do not say it, and who is rung when somebody calls it."""

    phone = PhoneField(label=_("Number"), help_text=_("As leads see it, such as +91 140 123 4567."))
    series = forms.ChoiceField(
        label=_("Series"),
        choices=[("", _("As its digits say")), *SERIES],
        required=False,
        help_text=_("State another one only where your provider shows leads another number than this."),
    )

    # Filled in __init__: outside a scope there are no teams.
    team = forms.ModelChoiceField(
        label=_("Team"),
        queryset=Team.objects.none(),
        required=False,
        empty_label=_("Everybody"),
        help_text=_("It is rung for callers who have no owner."),
    )

    class Meta:
        model = PhoneNumber
        fields = ("phone", "label", "provider", "series", "is_active", "takes_calls", "team")
        help_texts = {"is_active": _("Calls from a number that is switched off are refused.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        team: Any = self.fields["team"]
        team.queryset = Team.objects.order_by("name")
        team.label_from_instance = lambda found: found.name
        if not self.instance._state.adding:  # noqa: SLF001 -- Django's documented name
            # What calls were made from stands on them by its digits.
            del self.fields["phone"], self.fields["provider"]
            self.initial["series"] = self.instance.series if self.instance.is_stated else ""
        else:
            account = TelephonyAccount.objects.get(is_active=True)
            self.initial.setdefault("provider", account.provider)

    def clean_series(self) -> str:
        phone = self.cleaned_data.get("phone") or self.instance.phone
        return self.cleaned_data["series"] or str(series_of(phone))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        known = PhoneNumber.objects.filter(phone=cleaned.get("phone", ""), provider=cleaned.get("provider", ""))
        if known.exists():
            self.add_error("phone", _("This number is here already."))
        return cleaned


class SeriesForm(forms.ModelForm):  # type: ignore[type-arg]
    """Which series may carry which calls; the law's own answer stands there until somebody says otherwise."""

    class Meta:
        model = ContactPolicy
        fields = ("purpose",)
        labels = {"purpose": _("Calls that belong to no campaign are")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for purpose, label in PURPOSES:
            self.fields[purpose] = forms.MultipleChoiceField(
                label=label,
                choices=SERIES,
                widget=forms.CheckboxSelectMultiple,
                initial=self.instance.series.get(purpose, []),
                error_messages={"required": _("Choose one series at least.")},
            )

    @property
    def changes(self) -> list[str]:
        """The names of the columns that a valid form changes; their values are put on the instance."""
        cleaned = self.cleaned_data
        series = {str(purpose): sorted(cleaned[purpose]) for purpose in Purpose}
        names = ["purpose"] * ("purpose" in self.changed_data)
        if series != {name: sorted(allowed) for name, allowed in self.instance.series.items()}:
            self.instance.series = series
            names.append("series")
        return names
