"""The form of a saved view."""

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from accounts.permissions import Permission
from leads.models import LONGEST_QUERY, MOST_VIEWS, SavedView
from leads.ordering import without
from leads.views_of_list import VIEW
from teams.visibility import teams_seen_by


def query_of(address: str) -> str:
    """Return what a view keeps of the query string `address`: filters, order and columns."""
    return without(QueryDict(address), VIEW).urlencode()


class SavedViewForm(forms.ModelForm):  # type: ignore[type-arg]
    """A name and who has the view. `query` comes along from the list; who shares with others leads some."""

    query = forms.CharField(widget=forms.HiddenInput, required=False, max_length=LONGEST_QUERY)

    class Meta:
        model = SavedView
        fields = ["name", "sharing", "query"]

    def __init__(self, *args: Any, by: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.by = by
        teams = teams_seen_by(by).order_by("name")
        if not by.may(Permission.LEAD_ASSIGN):
            del self.fields["sharing"]
        elif teams.exists():
            self._add_teams(teams)
        else:
            sharing: Any = self.fields["sharing"]
            sharing.choices = [choice for choice in SavedView.Sharing.choices if choice[0] != SavedView.Sharing.TEAM]

    def _add_teams(self, teams: Any) -> None:
        choice: Any = forms.ModelChoiceField(
            label=_("Team"), queryset=teams, required=False, empty_label="–", initial=self.instance.team_id
        )
        choice.label_from_instance = lambda team: team.name
        self.fields["team"] = choice

    def clean_name(self) -> str:
        return " ".join(self.cleaned_data["name"].split())

    def clean_query(self) -> str:
        return query_of(self.cleaned_data["query"])

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if "team" in self.fields:
            self.instance.team = cleaned.get("team")
        if cleaned.get("sharing") == SavedView.Sharing.TEAM and not cleaned.get("team"):
            self.add_error("team", _("Choose the team."))
        is_new = self.instance._state.adding  # noqa: SLF001 -- Django's documented name
        if is_new and SavedView.objects.filter(owner=self.by).count() >= MOST_VIEWS:
            raise forms.ValidationError(_("You have 100 views, which is the most there can be. Delete one first."))
        return cleaned
