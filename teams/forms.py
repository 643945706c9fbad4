"""What teams and the reasons for a break are asked for."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django_scopes.forms import SafeModelChoiceField

from accounts.models import Membership
from accounts.permissions import Role
from accounts.tenancy import current_organisation
from teams.models import PauseCode, Team, TeamMembership


class PeopleField(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]
    """Ticks for the organisation's active people; who is in another team is named with it."""

    widget = forms.CheckboxSelectMultiple
    teams: dict[Any, str] = {}

    def label_from_instance(self, member: Any) -> str:
        """The name, and the other team the person would leave."""
        team = self.teams.get(member.pk, "")
        return f"{member.name} ({team})" if team else member.name


class TeamForm(forms.ModelForm):  # type: ignore[type-arg]
    members = PeopleField(label=_("Members"), queryset=Membership.objects.none(), required=False)
    leads = PeopleField(
        label=_("Led by"),
        queryset=Membership.objects.none(),
        required=False,
        help_text=_("Once there are teams, a manager sees the people of the teams they lead and of those below."),
    )

    class Meta:
        model = Team
        fields = ("name", "parent")
        # A form is made at import, outside of every scope.
        field_classes = {"parent": SafeModelChoiceField}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        parent: Any = self.fields["parent"]
        parent.queryset = Team.objects.exclude(pk=self.instance.pk).order_by("name")
        parent.label_from_instance = lambda team: team.name
        parent.empty_label = _("None")
        people = Membership.objects.active().of(current_organisation()).select_related("user")
        rows = TeamMembership.objects.select_related("team")
        elsewhere = {row.member_id: row.team.name for row in rows if row.team_id != self.instance.pk}
        mine = [row for row in rows if row.team_id == self.instance.pk]
        choices = {
            "members": people.exclude(role__in=[Role.ADMIN, Role.OWNER]),
            "leads": people.exclude(role=Role.TELECALLER),
        }
        for name, queryset in choices.items():
            field: Any = self.fields[name]
            field.queryset, field.teams = queryset, elsewhere
            field.initial = [row.member_id for row in mine if row.is_lead == (name == "leads")]

    def clean_name(self) -> str:
        """Refuse the name of another team, in whatever case."""
        name = " ".join(self.cleaned_data["name"].split())
        if Team.objects.filter(name__iexact=name).exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError(_("Another team has this name."))
        return name


class PauseCodeForm(forms.ModelForm):  # type: ignore[type-arg]
    """A reason to be away from the phone, and for how long."""

    longest_minutes = forms.IntegerField(
        label=_("Minutes at most"),
        min_value=1,
        max_value=1_440,
        required=False,
        help_text=_("Whoever is away for longer is taken offline. Empty: no limit."),
    )

    class Meta:
        model = PauseCode
        fields = ("name", "name_hi", "longest_minutes", "is_active")
        labels = {"is_active": _("In use")}
        help_texts = {"is_active": _("Breaks that were taken keep their reason; it can no longer be chosen.")}

    def clean_name(self) -> str:
        """Refuse the name of another reason, in whatever case."""
        name = " ".join(self.cleaned_data["name"].split())
        if PauseCode.objects.filter(name__iexact=name).exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError(_("There is a reason of this name already."))
        return name
