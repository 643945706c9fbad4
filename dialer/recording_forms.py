"""Forms on recordings: what the organisation chooses, and what a customer said."""

from django import forms

from dialer.models import RecordingSettings, RecordingWish


class RecordingSettingsForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = RecordingSettings
        fields = ("is_on", "announcement", "voice")
        widgets = {"voice": forms.RadioSelect}


class WishForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = RecordingWish
        fields = ("reason",)
