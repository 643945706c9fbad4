"""How a member wants to be reminded, as a form."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import ReminderChoice
from accounts.push import public_key


class ReminderForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = ReminderChoice
        fields = ("minutes_before", "by_bell", "by_mail", "by_push")
        help_texts = {
            "by_bell": _("Counted at the top of every page."),
            "by_mail": _("To the address you sign in with."),
            "by_push": _("On the devices below, also while JiNi is closed."),
        }

    def __init__(self, *args: Any, may_push: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not (public_key() and may_push):
            # Kept as it was chosen, for when the installation has keys again.
            del self.fields["by_push"]
