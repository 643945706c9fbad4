"""What may be asked of the pacing simulator. The state is the query string."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from dialer.models import Campaign

WEEKS = [("1", _("The last week")), ("2", _("The last 2 weeks")), ("4", _("The last 4 weeks"))]


class PacingForm(forms.Form):
    weeks = forms.ChoiceField(label=_("Calls of"), choices=WEEKS, initial="4")
    # Filled in __init__: outside a scope there are no campaigns.
    campaign = forms.ModelChoiceField(
        label=_("Campaign"), queryset=Campaign.objects.none(), required=False, empty_label=_("All calls")
    )
    countdown = forms.IntegerField(
        label=_("Seconds of the countdown"),
        min_value=5,
        max_value=120,
        initial=15,
        help_text=_("Of the timed preview."),
    )
    lines = forms.DecimalField(
        label=_("Lines for each free telecaller"),
        min_value=1,
        max_value=4,
        max_digits=3,
        decimal_places=1,
        initial=2,
        help_text=_("Of the ratio, 1 to 4."),
    )
    telecallers = forms.IntegerField(
        label=_("Telecallers who share the lines"),
        min_value=1,
        max_value=500,
        required=False,
        help_text=_("Without a number, as many as called on a usual day."),
    )
    seed = forms.IntegerField(
        label=_("Seed"),
        min_value=0,
        max_value=999_999,
        initial=1,
        help_text=_("The same seed plays the calls in the same order."),
    )

    def __init__(self, *args: Any, by: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        campaigns: Any = self.fields["campaign"]
        campaigns.queryset = Campaign.objects.visible_to(by).order_by("name")
        campaigns.label_from_instance = lambda campaign: campaign.name
