"""How a member wants to be reminded, as a form."""

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import ReminderChoice


class ReminderForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = ReminderChoice
        fields = ("minutes_before", "by_bell", "by_mail")
        help_texts = {
            "by_bell": _("Counted at the top of every page."),
            "by_mail": _("To the address you sign in with."),
        }
