"""Filters, order and columns of the lead list under a name."""

from typing import Any, ClassVar, Self

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from accounts.tenancy import OrganisationOwned, OrganisationQuerySet, scoped
from teams.visibility import teams_around

LONGEST_QUERY = 1_000
# More than anybody finds their way in.
MOST_VIEWS = 100


class SavedViewQuerySet(OrganisationQuerySet):
    def visible_to(self, member: Membership) -> Self:
        """The member's own views, those of the organisation, and those of the teams they are in or below.

        A view shows nobody more leads than they see: its filters narrow what is theirs.
        """
        sharing = SavedView.Sharing
        return self.filter(
            models.Q(owner=member)
            | models.Q(sharing=sharing.ORGANISATION)
            | models.Q(sharing=sharing.TEAM, team__in=sorted(teams_around(member)))
        )

    def editable_by(self, member: Membership) -> Self:
        """Those that the member may change or delete: their own and, for who sees everything, what is shared."""
        if member.sees_everything:
            return self.filter(models.Q(owner=member) | ~models.Q(sharing=SavedView.Sharing.OWN))
        return self.filter(owner=member)


class SavedView(OrganisationOwned):
    """A lead list that somebody wants to come back to."""

    class Sharing(models.TextChoices):
        OWN = "own", _("Only me")
        TEAM = "team", _("A team")
        ORGANISATION = "organisation", _("Everybody")

    name = models.CharField(_("name"), max_length=60)
    # As the address of the list has it, without places in pages; read by the same code.
    query = models.CharField(max_length=LONGEST_QUERY, blank=True)
    owner = models.ForeignKey(
        "accounts.Membership", on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="+"
    )
    sharing = models.CharField(_("who has it"), max_length=20, choices=Sharing, default=Sharing.OWN)
    # Of a team that is there no more nobody is left but the owner.
    team = models.ForeignKey(
        "teams.Team",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        db_constraint=False,
        db_index=False,
        related_name="+",
        verbose_name=_("team"),
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[Any] = scoped(SavedViewQuerySet)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "organisation", "owner", models.functions.Lower("name"), name="saved_view_name_once_of_owner"
            ),
            models.CheckConstraint(
                condition=models.Q(sharing="team") | models.Q(team=None), name="saved_view_team_if_shared_with_one"
            ),
        ]
        indexes = [models.Index(fields=["organisation", "sharing"], name="saved_view_by_sharing")]

    def __str__(self) -> str:
        return f"SavedView {self.pk}"

    def get_absolute_url(self) -> str:
        """The list that it means."""
        query = f"{self.query}&view={self.pk}" if self.query else f"view={self.pk}"
        return f"{reverse('leads:list')}?{query}"


class ViewMark(OrganisationOwned):
    """What a member has done with a view: pinned it to the top, or made it what the list opens with.

    `view` is the id of a saved view, or the name of a built-in one.
    """

    member = models.ForeignKey(
        "accounts.Membership", on_delete=models.CASCADE, db_constraint=False, db_index=False, related_name="+"
    )
    view = models.CharField(max_length=36)
    is_pinned = models.BooleanField(default=False)
    is_default = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "member", "view"], name="view_mark_once"),
            models.UniqueConstraint(
                fields=["organisation", "member"], condition=models.Q(is_default=True), name="view_mark_one_default"
            ),
        ]

    def __str__(self) -> str:
        return f"ViewMark {self.pk}"
