"""The form by which a member says how their calls start."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Membership
from dialer.calls.ways import modes_open_to_members
from dialer.models import Call, CallingChoice, DialerSettings, TelephonyAccount

SAYS = {
    Call.Mode.BRIDGE: gettext_lazy("Your phone rings first, then the lead's."),
    Call.Mode.BROWSER: gettext_lazy("You speak with a headset at this computer."),
    Call.Mode.OWN_PHONE: gettext_lazy("You dial yourself; JiNi notes the call."),
}


class ChoiceForm(forms.Form):
    """One of the ways that are open to members; "" leaves it to the organisation."""

    mode = forms.ChoiceField(label=gettext_lazy("How my calls start"), required=False, widget=forms.RadioSelect)

    def __init__(self, *args: Any, member: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        settings = DialerSettings.objects.get()
        carrier = TelephonyAccount.objects.get(is_active=True).provider
        offered = modes_open_to_members(settings, carrier)
        usual = settings.default_mode if settings.default_mode in offered else offered[0]
        as_usual = _("As the organisation says: %(mode)s") % {"mode": Call.Mode(usual).label}
        field: Any = self.fields["mode"]
        field.choices = [("", as_usual), *[(mode.value, mode.label) for mode in offered]]
        chosen = CallingChoice.objects.filter(member=member).first()
        self.initial["mode"] = chosen.mode if chosen is not None and chosen.mode in offered else ""

    @property
    def ways(self) -> list[tuple[str, Any, Any]]:
        """(value, label, what it means) of each way."""
        field: Any = self.fields["mode"]
        return [(value, label, SAYS.get(value, "")) for value, label in field.choices]
