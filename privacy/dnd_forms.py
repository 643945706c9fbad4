"""What is asked of a file with results of the DND registry."""

import datetime as dt
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from privacy.contact_facts import Channel
from privacy.contact_words import CHANNELS
from privacy.dnd_reading import OLDEST, Table, Unreadable, read_table

MOST_BYTES = 5 * 1024 * 1024
# The registry knows preferences for calls and for SMS.
ASKED = [(key, label) for key, label in CHANNELS if key in {Channel.CALL, Channel.SMS}]


class DndFileForm(forms.Form):
    file = forms.FileField(
        label=_("File"),
        help_text=_(
            "CSV with a heading, at most 5 MB and 20,000 rows: Phone, Status, and if you have them Date, Category, Channel."
        ),
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.tsv"}),
    )
    channel = forms.ChoiceField(label=_("Checked for"), choices=ASKED, help_text=_("For rows that name no channel."))
    checked_at = forms.DateTimeField(
        label=_("Checked at"),
        required=False,
        help_text=_("For rows without a date. Empty: now."),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )

    def clean_file(self) -> Table:
        file: Any = self.cleaned_data["file"]
        self.file_name = str(file.name or "")
        if file.size > MOST_BYTES:
            raise forms.ValidationError(_("The file is larger than 5 MB. Divide it."))
        try:
            return read_table(file.read())
        except Unreadable as why:
            raise forms.ValidationError(str(why)) from why

    def clean_checked_at(self) -> dt.datetime:
        at: dt.datetime = self.cleaned_data["checked_at"] or timezone.now()
        if not timezone.now() - OLDEST < at <= timezone.now():
            raise forms.ValidationError(_("This is no date of the last 13 months."))
        return at
