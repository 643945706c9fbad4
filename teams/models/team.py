"""Groups of telecallers and who leads them."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.tenancy import OrganisationOwned


class Team(OrganisationOwned):
    name = models.CharField(_("name"), max_length=60)

    class Meta:
        constraints = [models.UniqueConstraint("organisation", models.functions.Lower("name"), name="team_name_once")]

    def __str__(self) -> str:
        return f"Team {self.pk}"


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
