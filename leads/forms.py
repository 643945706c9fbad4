"""What a person may type of a lead."""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from jini.lib.phone import read_phone
from leads.custom.inputs import inputs
from leads.custom.showing import in_words
from leads.erased import refuse_typed
from leads.languages import LANGUAGES, first_and_further
from leads.languages import in_words as in_languages
from leads.models import MOST_LANGUAGES, CustomField, Lead, LeadPhone
from leads.phone_faults import PHONE_FAULTS
from leads.picks import quick_picks
from teams.visibility import people_seen_by


def one_number(text: str) -> str:
    """Return the first number in `text` in E.164; raise ValidationError with what is wrong when there is none."""
    found = read_phone(text)
    if found.fault is not None:
        raise forms.ValidationError(str(PHONE_FAULTS[found.fault]))
    return found.numbers[0]


OWN = (
    "name", "phone", "email", "address", "city", "region", "pin", "language", "other_languages", "source", "value", "score",
)  # fmt: skip


class SpokenForm(forms.ModelForm):  # type: ignore[type-arg]
    """Asks for the languages of a lead, of which the first is none of the further ones."""

    other_languages = forms.MultipleChoiceField(
        label=_("Further languages"),
        choices=Lead.Language.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def clean_other_languages(self) -> list[str]:
        """Return the codes, unless they are too many."""
        chosen: list[str] = self.cleaned_data["other_languages"]
        if len(chosen) > MOST_LANGUAGES:
            raise forms.ValidationError(gettext("Choose at most %(most)s.") % {"most": MOST_LANGUAGES})
        return chosen

    def clean(self) -> dict[str, Any]:
        """Let the first of the chosen ones be the first language where none is said to be."""
        typed: dict[str, Any] = super().clean() or self.cleaned_data
        if all(name in typed for name in LANGUAGES):
            first, further = first_and_further([typed["language"], *typed["other_languages"]])
            typed |= {"language": first, "other_languages": further}
        return typed


class LeadForm(SpokenForm):
    class Meta:
        model = Lead
        fields = OWN

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # As typed it may be longer than E.164: the reading decides.
        self.fields["phone"] = forms.CharField(label=_("Phone"), max_length=60, help_text=_("Such as 90000 00012."))
        self.fields["phone"].widget.attrs |= {"type": "tel"}
        self.custom = inputs(CustomField.objects.in_order(), self.instance.custom)
        self.fields |= self.custom

    def clean_phone(self) -> str:
        """Return the number in E.164, or say what is wrong with it."""
        phone = one_number(self.cleaned_data["phone"])
        if phone != self.instance.phone:
            refuse_typed(phone=phone)
        return phone

    def clean_email(self) -> str:
        """Return the address, unless it is new here and of somebody who was erased."""
        email: str = self.cleaned_data["email"]
        if email != self.instance.email:
            refuse_typed(email=email)
        return email

    @property
    def values(self) -> dict[str, Any]:
        """What was typed, as `create_lead` takes it."""
        return self._values(self.cleaned_data)

    def _values(self, names: Iterable[str]) -> dict[str, Any]:
        """The values of the controls `names`; the answers to custom fields together, by the key of their field."""
        own = {name: self.cleaned_data[name] for name in names if name in OWN}
        answers = {self.custom[name].field.key: self.cleaned_data[name] for name in names if name in self.custom}
        return own | ({"custom": answers} if answers else {})


class EditForm(LeadForm):
    """The lead as it was when the form was shown: `version` tells whether it still is."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["version"].initial = self.instance.version

    @property
    def changes(self) -> dict[str, Any]:
        """What was changed in the form, as `edit_lead` takes it: of the languages both fields, which hang together."""
        names = self.changed_data
        return self._values({*names, *LANGUAGES} if any(name in names for name in LANGUAGES) else names)

    def differing(self, theirs: Lead) -> list[tuple[Any, Any, Any]]:
        """What was changed in the form and is otherwise in `theirs`: the label, what was typed, and what it is there."""
        found = []
        for name in self.changed_data:
            if name in self.custom:
                field = self.custom[name].field
                now, typed_in = theirs.custom.get(field.key), self.cleaned_data[name]
                shown: tuple[Any, Any] = in_words(field, typed_in), in_words(field, now)
            elif name in OWN:
                now, typed_in = getattr(theirs, name), self.cleaned_data[name]
                shown = (in_languages(typed_in), in_languages(now)) if name in LANGUAGES else (self[name].value(), now)
            else:
                continue
            if now != typed_in:
                found.append((self[name].label, *shown))
        return found


class OwnerForm(forms.Form):
    owner = forms.ModelChoiceField(
        label=_("Owner"), queryset=Membership.objects.none(), required=False, empty_label=_("Nobody")
    )

    def __init__(self, *args: Any, by: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people: Any = self.fields["owner"]
        people.queryset = people_seen_by(by).active()
        people.label_from_instance = lambda member: member.name


class NumberForm(forms.Form):
    """A further number of a lead."""

    number = forms.CharField(label=_("Further number"), max_length=60)
    kind = forms.ChoiceField(label=_("Kind"), choices=LeadPhone.Kind.choices, initial=LeadPhone.Kind.MOBILE)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["number"].widget.attrs |= {"type": "tel"}

    def clean_number(self) -> str:
        """Return the number in E.164, or say what is wrong with it."""
        number = one_number(self.cleaned_data["number"])
        refuse_typed(phone=number)
        return number


class TagForm(forms.Form):
    name = forms.CharField(label=_("Tag"), max_length=40)


class NoteForm(forms.Form):
    text = forms.CharField(
        label=_("Note"), max_length=4000, widget=forms.Textarea(attrs={"rows": 3, "data-jini-mentions": "mentions"})
    )


class FollowUpTime:
    """When the next call is: one of the offers, or a date and time. `moment` after `is_valid()`, else `problem`."""

    def __init__(self, sent: Mapping[str, str], *, wanted_minutes: int | None = None) -> None:
        self.sent = sent
        self.wanted_minutes = wanted_minutes
        self.moment: dt.datetime | None = None
        self.problem = ""

    def is_valid(self) -> bool:
        key = self.sent.get("due", "")
        if slot := self.sent.get("slot", ""):
            # One of the free times that were offered, pressed at once.
            self._read(slot)
        elif key != "pick":
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
