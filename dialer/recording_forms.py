"""Forms on recordings: what the organisation chooses, and what a customer said."""

import wave
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy

from dialer.models import RecordingSettings, RecordingWish
from privacy.retention import schedule_here

# As telephone companies play sounds: 8,000 samples of 16 bits a second in one channel.
RATE, SAMPLE_BYTES, CHANNELS = 8_000, 2, 1
MOST_SECONDS = 30
MOST_BYTES = 1024 * 1024


class RecordingSettingsForm(forms.ModelForm):  # type: ignore[type-arg]
    """What the organisation chooses. `out_of_reach`: it calls through a provider that keeps its own copies."""

    sound = forms.FileField(
        label=gettext_lazy("That sentence as a sound"),
        required=False,
        widget=forms.FileInput(attrs={"accept": ".wav,audio/wav"}),
        help_text=gettext_lazy(
            "Exotel plays it to both before they are connected. WAV, 8 kHz, 16 bit, mono, at most 30 s."
        ),
    )

    class Meta:
        model = RecordingSettings
        fields = ("is_on", "announcement", "voice", "days_at_provider")
        widgets = {"voice": forms.RadioSelect}

    field_order = ("is_on", "announcement", "voice", "sound", "days_at_provider")

    def __init__(self, *args: Any, out_of_reach: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.had = RecordingSettings(announcement=self.instance.announcement, sound=self.instance.sound.name)
        if not out_of_reach:
            del self.fields["sound"], self.fields["days_at_provider"]
            return
        days: Any = self.fields["days_at_provider"]
        days.help_text = _("As Exotel's page “Settings, Recording” says: “Retention period”.")
        days.choices = [
            ("", _("Not recorded")),
            *((number, ngettext_lazy("%d day", "%d days") % number) for number, _same in days.choices if number),
        ]

    def clean_sound(self) -> Any:
        upload = self.cleaned_data["sound"]
        if upload is None:
            return None
        if upload.size > MOST_BYTES or not _is_telephone_sound(upload):
            raise forms.ValidationError(
                _("This is no WAV file as telephones play it: 8 kHz, 16 bit, mono, at most 30 seconds.")
            )
        return upload

    def clean_days_at_provider(self) -> int | None:
        days: int | None = self.cleaned_data["days_at_provider"]
        own = schedule_here()["recordings"].days
        if days is not None and days > own:
            raise forms.ValidationError(
                _(
                    "Recordings are kept %(own)s days here, as Settings, Retention says. Set a period there that is as long, or a shorter one at Exotel."
                )
                % {"own": own}
            )
        return days

    def clean(self) -> None:
        super().clean()
        data = self.cleaned_data
        if not data.get("days_at_provider") or data.get("sound") or "sound" in self.errors:
            return
        if not self.had.sound:
            self.add_error("sound", _("Choose the sound: without it, nobody would be told of the recording."))
        elif data.get("announcement", self.had.announcement) != self.had.announcement:
            self.add_error("sound", _("The sentence is another one now: choose the sound that says it."))


def _is_telephone_sound(upload: Any) -> bool:
    upload.seek(0)
    try:
        with wave.open(upload, "rb") as sound:
            kind = (sound.getframerate(), sound.getsampwidth(), sound.getnchannels())
            # Read, not believed: a header may promise what does not come.
            frames = len(sound.readframes(RATE * (MOST_SECONDS + 1))) // SAMPLE_BYTES
    except (wave.Error, EOFError):
        return False
    finally:
        upload.seek(0)
    return kind == (RATE, SAMPLE_BYTES, CHANNELS) and 0 < frames <= RATE * MOST_SECONDS


class WishForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = RecordingWish
        fields = ("reason",)
