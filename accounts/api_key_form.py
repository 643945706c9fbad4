"""The form of a new API key."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.actions.people import roles_below
from accounts.models import Membership


class ApiKeyForm(forms.Form):
    """What the key is for, and whose role and sight it has: of somebody whose role is not above one's own."""

    name = forms.CharField(label=_("What it is for"), max_length=80, help_text=_("Such as: website form."))
    member = forms.ModelChoiceField(
        label=_("May do what this person may"), queryset=Membership.objects.none(), empty_label=_("Choose a person")
    )

    def __init__(self, *args: Any, by: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people: Any = self.fields["member"]
        people.queryset = Membership.objects.of(by.organisation).active().filter(role__in=roles_below(by))
        people.label_from_instance = lambda member: f"{member.name}, {member.get_role_display()}"
