"""What a person may type of a lead."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from jini.lib.phone import Fault, read_phone
from leads.models import Lead
from leads.picks import quick_picks
from teams.visibility import people_seen_by

PHONE_FAULTS: dict[Fault, str | Promise] = {
    Fault.EMPTY: _("Enter a phone number."),
    Fault.LETTERS: _("A phone number has no letters."),
    Fault.SCIENTIFIC: _("This is a rounded number of a spreadsheet; enter all of its digits."),
    Fault.TOO_SHORT: _("The number is too short."),
    Fault.TOO_LONG: _("The number is too long."),
    Fault.INVALID: _("No such number exists in India."),
    Fault.FOREIGN: _("Numbers of other countries are not called."),
    Fault.SPECIAL: _("Short, emergency and premium numbers are not called."),
}


class LeadForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = Lead
        fields = ("name", "phone", "email", "address", "city", "region", "pin", "language", "source", "value")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # As typed it may be longer than E.164: the reading decides.
        self.fields["phone"] = forms.CharField(label=_("Phone"), max_length=60, help_text=_("Such as 90000 00012."))
        self.fields["phone"].widget.attrs |= {"type": "tel"}

    def clean_phone(self) -> str:
        """Return the number in E.164, or say what is wrong with it."""
        found = read_phone(self.cleaned_data["phone"])
        if found.fault is not None:
            raise forms.ValidationError(str(PHONE_FAULTS[found.fault]))
        return found.numbers[0]


class EditForm(LeadForm):
    """The lead as it was when the form was shown: `version` tells whether it still is."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["version"].initial = self.instance.version

    @property
    def changes(self) -> dict[str, Any]:
        """What was changed in the form, by field."""
        return {name: self.cleaned_data[name] for name in self.changed_data if name != "version"}


class OwnerForm(forms.Form):
    owner = forms.ModelChoiceField(
        label=_("Owner"), queryset=Membership.objects.none(), required=False, empty_label=_("Nobody")
    )

    def __init__(self, *args: Any, by: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people: Any = self.fields["owner"]
        people.queryset = people_seen_by(by).active()
        people.label_from_instance = lambda member: member.name


class TagForm(forms.Form):
    name = forms.CharField(label=_("Tag"), max_length=40)


class NoteForm(forms.Form):
    text = forms.CharField(label=_("Note"), max_length=4000, widget=forms.Textarea(attrs={"rows": 3}))


class FollowUpTime:
    """When the next call is: one of the offers, or a date and time. `moment` after `is_valid()`, else `problem`."""

    def __init__(self, sent: Mapping[str, str], *, wanted_minutes: int | None = None) -> None:
        self.sent = sent
        self.wanted_minutes = wanted_minutes
        self.moment: dt.datetime | None = None
        self.problem = ""

    def is_valid(self) -> bool:
        key = self.sent.get("due", "")
        if key != "pick":
            picks = {pick.key: pick.at for pick in quick_picks(wanted_minutes=self.wanted_minutes)}
            self.moment = picks.get(key)
            self.problem = "" if self.moment else gettext("Choose a time.")
        else:
            self._read(self.sent.get("due_at", ""))
        return not self.problem

    def _read(self, text: str) -> None:
        try:
            moment = parse_datetime(text)
        except ValueError:
            moment = None
        if moment is None:
            self.problem = gettext("Enter a date and a time.")
        elif (moment := timezone.make_aware(moment) if timezone.is_naive(moment) else moment) <= timezone.now():
            self.problem = gettext("This time is over. Choose a later one.")
        else:
            self.moment = moment
