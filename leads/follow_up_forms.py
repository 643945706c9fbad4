"""Forms about follow-ups."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from leads.models import FollowUpSettings
from teams.visibility import people_seen_by


class FollowUpSettingsForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = FollowUpSettings
        fields = ("anyone_after_minutes", "callbacks_per_hour")


class PersonForm(forms.Form):
    """Who gets a follow-up: somebody whom `by` sees and who still works here."""

    to = forms.ModelChoiceField(
        label=_("Give to"), queryset=Membership.objects.none(), empty_label=_("Choose a person")
    )

    def __init__(self, *args: Any, by: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people: Any = self.fields["to"]
        people.queryset = people_seen_by(by).active()
        people.label_from_instance = lambda member: member.name
