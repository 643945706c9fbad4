"""The forms of a status and of a reason, and the one that moves a lead."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from jini.lib.paging import capped_count
from leads.models import Lead, Status, StatusReason


class StatusForm(forms.ModelForm):  # type: ignore[type-arg]
    """A step of the pipeline. New leads start in exactly one, which is open, in use and asks for nothing.

    Another kind for a status that has leads changes what figures and calling make of them, so it is asked twice:
    `asks_twice` then, and `is_meant` carries the answer.
    """

    is_meant = forms.BooleanField(label=_("Change the kind all the same"), required=False)
    asks_twice = False

    class Meta:
        model = Status
        fields = ["name", "name_hi", "kind", "colour", "position", "requires_reason", "is_initial", "is_active"]
        labels = {
            "is_initial": _("New leads start here"),
            "is_active": _("In use"),
            "requires_reason": _("Ask for a reason"),
        }
        help_texts = {
            "kind": _("Won, lost and invalid leads are called no more."),
            "position": _("Order of the steps, the smallest first."),
            "requires_reason": _("Whoever moves a lead here says why."),
            "is_active": _("Leads stay in a step that is not in use; none can be moved there."),
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
            if cleaned.get("requires_reason"):
                self.add_error("requires_reason", _("New leads start here, and nobody is asked why."))
        self._ask_twice(cleaned)
        return cleaned

    def _ask_twice(self, cleaned: dict[str, Any]) -> None:
        if self.instance._state.adding or "kind" not in self.changed_data or "kind" not in cleaned:  # noqa: SLF001 -- Django's documented name
            return
        if (count := capped_count(Lead.objects.filter(status=self.instance.pk))) == "0":
            return
        self.asks_twice = True
        if not cleaned.get("is_meant"):
            said = _("%(count)s leads are in this status, and count as the new kind from then on. Confirm it below.")
            self.add_error("kind", said % {"count": count})


class ReasonForm(forms.ModelForm):  # type: ignore[type-arg]
    """Why a lead was lost, in the words of the team. Exactly one stands where nobody is asked, and is in use."""

    class Meta:
        model = StatusReason
        fields = ["name", "name_hi", "is_fallback", "is_active"]
        labels = {"is_fallback": _("Stands where nobody is asked"), "is_active": _("In use")}
        help_texts = {
            "is_fallback": _("In a wrap-up, when the outcome has no reason of its own."),
            "is_active": _("Leads keep a reason that is not in use; it can no longer be chosen."),
        }

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"].strip()
        if StatusReason.objects.filter(name__iexact=name).exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError(_("There is a reason of this name already."))
        return name

    def clean_is_fallback(self) -> bool:
        is_fallback: bool = self.cleaned_data["is_fallback"]
        if self.instance.is_fallback and not is_fallback:
            raise forms.ValidationError(_("Tick this at another reason; it then moves there."))
        return is_fallback

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("is_fallback") and not cleaned.get("is_active"):
            self.add_error("is_active", _("It stands where nobody is asked, so it must be in use."))
        return cleaned


class MoveForm(forms.Form):
    """Where a lead goes, and why if that status asks. `version` is that of the lead which the page showed."""

    status = forms.ModelChoiceField(
        label=_("Status"),
        queryset=Status.objects.none(),
        widget=forms.RadioSelect,
        empty_label=None,
        error_messages={"required": _("Choose a status."), "invalid_choice": _("Choose a status.")},
    )
    reason = forms.ModelChoiceField(
        label=_("Reason"),
        queryset=StatusReason.objects.none(),
        widget=forms.RadioSelect,
        required=False,
        empty_label=None,
        error_messages={"invalid_choice": _("Choose a reason.")},
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices: tuple[tuple[str, Any], ...] = (("status", Status), ("reason", StatusReason))
        for name, model in choices:
            field: Any = self.fields[name]
            field.queryset = model.objects.in_order()
            field.label_from_instance = lambda row: row.label

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        status = cleaned.get("status")
        if status is None or "reason" in self.errors:
            return cleaned
        if not status.requires_reason:
            cleaned["reason"] = None
        elif cleaned.get("reason") is None:
            self.add_error("reason", _("“%(status)s” asks for a reason.") % {"status": status.label})
        return cleaned
