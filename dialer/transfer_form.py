"""Form of bringing somebody into a call, and of what becomes of it then."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from dialer.models import Participant
from jini.lib.forms import PhoneField

HAND_OVER, TAKE_BACK = "hand_over", "take_back"


class TransferForm(forms.Form):
    """`do` is one of the plans, for a `colleague` or a `phone`, or what becomes of whoever was brought in."""

    do = forms.ChoiceField(choices=[(one, one) for one in (*Participant.Plan, HAND_OVER, TAKE_BACK)])
    # Filled in __init__: outside a scope there is nobody.
    colleague = forms.ModelChoiceField(label=_("Colleague"), queryset=Membership.objects.none(), required=False)
    phone = PhoneField(label=_("Or another number"), required=False)

    def __init__(self, *args: Any, by: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["colleague"]
        field.queryset = colleagues_of(by)

    def clean(self) -> None:
        sent = self.cleaned_data
        if self.errors or sent.get("do") not in Participant.Plan.values:
            return
        if bool(sent.get("colleague")) == bool(sent.get("phone")):
            self.add_error("colleague", _("Choose a colleague or type a number, one of the two."))


def colleagues_of(member: Membership) -> Any:
    """Everybody of the organisation who may make calls, but for `member`, by name."""
    return Membership.objects.of(member.organisation_id).active().exclude(pk=member.pk)
