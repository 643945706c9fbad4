"""The name of a script, and which scripts a campaign has."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from dialer.models import Campaign, CampaignScript, Script
from leads.models import Lead


class ScriptForm(forms.ModelForm):  # type: ignore[type-arg]
    """Name and language; a script that is there keeps its language, by which campaigns know it."""

    class Meta:
        model = Script
        fields = ("name", "language")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance._state.adding:  # noqa: SLF001 -- Django's documented name
            del self.fields["language"]


class CampaignScriptsForm(forms.Form):
    """For each language in which there are scripts, the one that the campaign's leads hear."""

    def __init__(self, *args: Any, campaign: Campaign, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        scripts = list(Script.objects.in_use().in_order())
        chosen = dict(CampaignScript.objects.filter(campaign=campaign).values_list("language", "script"))
        self._scripts = {str(script.pk): script for script in scripts}
        for language, label in Lead.Language.choices:
            named = [(str(script.pk), script.name) for script in scripts if script.language == language]
            if named:
                self.fields[language] = forms.ChoiceField(
                    label=label,
                    choices=[("", _("None")), *named],
                    required=False,
                    initial=str(chosen.get(language, "")),
                )

    @property
    def scripts(self) -> dict[str, Script | None]:
        """The chosen scripts by language."""
        return {language: self._scripts.get(value) for language, value in self.cleaned_data.items()}
