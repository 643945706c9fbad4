"""Groups of telecallers and who leads them."""

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.tenancy import OrganisationOwned


class Team(OrganisationOwned):
    """A group of people. Who leads a team sees the records of its people and of those in the teams below it."""

    name = models.CharField(_("name"), max_length=60)
    parent = models.ForeignKey(
        "self",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        db_constraint=False,
        db_index=False,
        related_name="+",
        verbose_name=_("under the team"),
    )

    class Meta:
        constraints = [
            models.UniqueConstraint("organisation", models.functions.Lower("name"), name="team_name_once"),
            models.CheckConstraint(condition=~models.Q(parent=models.F("pk")), name="team_not_under_itself"),
        ]

    def __str__(self) -> str:
        return f"Team {self.pk}"

    def clean(self) -> None:
        """Refuse a parent that is the team itself or stands below it."""
        parents = dict(Team.objects.values_list("pk", "parent"))
        above, met = self.parent_id, set()
        while above is not None and above not in met:
            if above == self.pk:
                raise ValidationError({"parent": _("A team cannot be under itself or a team below it.")})
            met.add(above)
            above = parents.get(above)


class TeamMembership(OrganisationOwned):
    """A member in a team; a member is in one team."""

    team = models.ForeignKey(
        "teams.Team", on_delete=models.CASCADE, db_constraint=False, related_name="team_memberships", db_index=False
    )
    member = models.ForeignKey(
        "accounts.Membership", on_delete=models.CASCADE, db_constraint=False, related_name="+", db_index=False
    )
    is_lead = models.BooleanField(_("leads the team"), default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "member"], name="team_member_in_one_team")]
        indexes = [models.Index(fields=["organisation", "team"], name="team_members")]

    def __str__(self) -> str:
        return f"TeamMembership {self.pk}"
