"""The form on messages for answering machines."""

import wave
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from leads.file_kinds import Mismatch, UnknownKind, content_type_of

# What every provider plays, and as much as somebody listens to.
KINDS = {"audio/wav": "wav", "audio/mpeg": "mp3"}
MOST_BYTES, MOST_SECONDS = 5 * 1024 * 1024, 120


class VoicemailForm(forms.Form):
    """A sound and what it is called. `content_type` is what the bytes say it is."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=80)
    file = forms.FileField(
        label=gettext_lazy("Sound"),
        help_text=gettext_lazy("WAV or MP3, at most 5 MB and two minutes."),
        widget=forms.ClearableFileInput(attrs={"accept": ".wav,.mp3,audio/wav,audio/mpeg"}),
    )
    content_type = ""

    def clean_file(self) -> Any:
        upload = self.cleaned_data["file"]
        if upload.size > MOST_BYTES:
            raise forms.ValidationError(_("The file has more than 5 MB. Record it shorter, or save it as MP3."))
        try:
            self.content_type = content_type_of(upload.name, upload)
        except (UnknownKind, Mismatch):
            self.content_type = ""
        if self.content_type not in KINDS:
            raise forms.ValidationError(_("This is no WAV or MP3 file."))
        if self.content_type == "audio/wav" and not 0 < _seconds(upload) <= MOST_SECONDS:
            raise forms.ValidationError(_("A message lasts two minutes at most, and is no broken file."))
        return upload


def _seconds(upload: Any) -> float:
    """How long a WAV file lasts; 0 of one that is broken or of a kind that providers may not play."""
    upload.seek(0)
    try:
        with wave.open(upload, "rb") as sound:
            return sound.getnframes() / sound.getframerate()
    except (wave.Error, EOFError, ZeroDivisionError):
        return 0
    finally:
        upload.seek(0)
