"""The form of an outcome."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from dialer.models import Disposition
from leads.models import Status, StatusReason

# Icons of the sprite that mean something beside an outcome, with words for who chooses.
ICONS = {
    "thumb-up": _("Thumb up"),
    "thumb-down": _("Thumb down"),
    "calendar-event": _("Calendar"),
    "shopping-bag": _("Shopping bag"),
    "trophy": _("Trophy"),
    "phone": _("Phone"),
    "phone-x": _("Phone with a cross"),
    "phone-pause": _("Phone waiting"),
    "power": _("Power"),
    "antenna-bars-off": _("No signal"),
    "user-question": _("Unknown person"),
    "ban": _("Ban"),
    "clock": _("Clock"),
    "star": _("Star"),
}
# Keys that do something else on the same page, or begin a pair such as "g l".
TAKEN_KEYS = frozenset("?/[]nchmfsajkxg")
# Of these one outcome has one at most: they say how the matter ends.
ENDS = ("is_converted", "is_not_interested", "is_unworkable", "is_do_not_call")


class DispositionForm(forms.ModelForm):  # type: ignore[type-arg]
    """An outcome with its flags, and what follows from it."""

    icon = forms.ChoiceField(label=_("Icon"), choices=list(ICONS.items()))
    # Filled in __init__: outside a scope there are no statuses to choose from.
    next_status = forms.ModelChoiceField(
        label=_("Moves the lead to"),
        queryset=Status.objects.none(),
        required=False,
        empty_label=_("Stays where it is"),
    )
    reason = forms.ModelChoiceField(
        label=_("With the reason"),
        queryset=StatusReason.objects.none(),
        required=False,
        empty_label=_("The one that stands where nobody is asked"),
        help_text=_("Where that status asks for a reason."),
    )

    class Meta:
        model = Disposition
        fields = [
            "name",
            "name_hi",
            "group",
            "icon",
            "hot_key",
            "position",
            "is_active",
            "next_status",
            "reason",
            "provider_status",
            "needs_follow_up",
            "follow_up_minutes",
            "retry_minutes",
            "retry_attempts",
            "minimum_talk_seconds",
            "maximum_talk_seconds",
            "is_human_answered",
            "is_customer_contact",
            "is_converted",
            "is_not_interested",
            "is_unworkable",
            "is_do_not_call",
        ]
        labels = {
            "position": _("Order"),
            "is_active": _("In use"),
            "provider_status": _("Offered first when the line reports"),
            "minimum_talk_seconds": _("Only after talking, seconds at least"),
            "maximum_talk_seconds": _("Only after talking, seconds at most"),
        }
        help_texts = {"hot_key": _("One character that chooses it on the wrap-up page.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows: tuple[tuple[str, Any], ...] = (("next_status", Status), ("reason", StatusReason))
        for name, model in rows:
            choices: Any = self.fields[name]
            choices.queryset = model.objects.in_order()
            choices.label_from_instance = lambda row: row.label

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"].strip()
        if Disposition.objects.filter(name__iexact=name).exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError(_("There is an outcome of this name already."))
        return name

    def clean_hot_key(self) -> str:
        key: str = self.cleaned_data["hot_key"].lower()
        taken = Disposition.objects.filter(hot_key=key, is_active=True).exclude(pk=self.instance.pk).first()
        if key in TAKEN_KEYS:
            raise forms.ValidationError(_("This key does something else already. Take a digit, or another letter."))
        if key and taken is not None:
            raise forms.ValidationError(_("%s has this key already.") % taken.label)
        return key

    def clean_retry_minutes(self) -> int | None:
        minutes: int | None = self.cleaned_data["retry_minutes"]
        if minutes is not None and minutes < 2:
            raise forms.ValidationError(_("Wait two minutes at least."))
        return minutes

    def clean_retry_attempts(self) -> int | None:
        attempts: int | None = self.cleaned_data["retry_attempts"]
        if attempts is not None and not 1 <= attempts <= 10:
            raise forms.ValidationError(_("Choose 1 to 10 times."))
        return attempts

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        self._refuse_contradictions(cleaned)
        if bool(cleaned.get("retry_minutes")) != bool(cleaned.get("retry_attempts")):
            missing = "retry_attempts" if cleaned.get("retry_minutes") else "retry_minutes"
            if missing not in self.errors:
                self.add_error(missing, _("A retry needs both: after how long, and how often at most."))
        least, most = cleaned.get("minimum_talk_seconds"), cleaned.get("maximum_talk_seconds")
        if least is not None and most is not None and least > most:
            self.add_error("maximum_talk_seconds", _("It cannot be less than the least."))
        return cleaned

    def _refuse_contradictions(self, cleaned: dict[str, Any]) -> None:
        ends = [name for name in ENDS if cleaned.get(name)]
        if len(ends) > 1:
            self.add_error(ends[1], _("It contradicts “%s”: a matter ends in one way.") % self.fields[ends[0]].label)
        if cleaned.get("is_customer_contact") and not cleaned.get("is_human_answered"):
            self.add_error("is_human_answered", _("Whoever spoke with the lead had an answer."))
