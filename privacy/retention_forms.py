"""Forms of retention and of legal holds."""

import datetime as dt
import uuid
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership, Organisation
from jini.lib import lookups
from jini.lib.forms import PhoneField
from jini.lib.purging import purged_rules
from jini.lib.retention import SCHEDULE
from privacy.actions.holding import Kept
from privacy.models import LegalHold
from privacy.retention import changeable

Scope = LegalHold.Scope
Day = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class PeriodForm(forms.Form):
    """A new period for one rule."""

    rule = forms.ChoiceField(widget=forms.HiddenInput)
    days = forms.IntegerField(label=_("Days"), min_value=1, max_value=100_000)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["rule"].choices = [(key, key) for key in changeable()]  # type: ignore[attr-defined]


class HoldForm(forms.Form):
    """What must stay, why and until when."""

    scope = forms.ChoiceField(label=_("What stays"), choices=Scope.choices, widget=forms.RadioSelect)
    phone = PhoneField(label=_("Number of the lead"), required=False)
    member = forms.ModelChoiceField(
        label=_("Person of the team"), queryset=Membership.objects.none(), required=False, empty_label=_("Choose one")
    )
    rule = forms.ChoiceField(label=_("Kind of record"), required=False)
    records_from = forms.DateField(label=_("Records from"), required=False, widget=Day)
    records_until = forms.DateField(label=_("Records until"), required=False, widget=Day)
    reason = forms.CharField(
        label=_("Reason"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Who ordered it and on what ground, such as the number of the case."),
    )
    until = forms.DateField(
        label=_("The hold ends on"), required=False, widget=Day, help_text=_("Empty: until you lift it.")
    )

    def __init__(self, *args: Any, organisation: Organisation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.organisation = organisation
        self.lead_id: uuid.UUID | None = None
        members: Any = self.fields["member"]
        members.queryset = Membership.objects.of(organisation)
        members.label_from_instance = lambda member: member.name
        rules: Any = self.fields["rule"]
        rules.choices = [("", _("Every kind")), *((key, SCHEDULE[key].label) for key in purged_rules())]

    def clean_until(self) -> dt.datetime | None:
        day: dt.date | None = self.cleaned_data["until"]
        if day is None:
            return None
        if day < timezone.localdate():
            raise forms.ValidationError(_("Choose a day from today on."))
        return dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), self.organisation.zone)

    def clean(self) -> None:
        super().clean()
        data = self.cleaned_data
        first, last = data.get("records_from"), data.get("records_until")
        if first and last and last < first:
            self.add_error("records_until", _("The last day is before the first one."))
        if data.get("scope") == Scope.LEAD and "phone" not in self.errors:
            self.lead_id = lookups.lead_with(data["phone"]) if data.get("phone") else None
            if self.lead_id is None:
                self.add_error("phone", _("No lead has this number."))
        if data.get("scope") == Scope.MEMBER and not data.get("member"):
            self.add_error("member", _("Choose whose records stay."))

    @property
    def kept(self) -> Kept:
        data = self.cleaned_data
        return Kept(
            scope=data["scope"],
            lead_id=self.lead_id if data["scope"] == Scope.LEAD else None,
            member=data["member"] if data["scope"] == Scope.MEMBER else None,
            rule=data["rule"],
            records_from=data["records_from"],
            records_until=data["records_until"],
        )
