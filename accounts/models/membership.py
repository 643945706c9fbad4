"""A person's place in one organisation."""

from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.permissions import GRANTS, Permission, Role
from jini.lib.ids import uuid7


class MembershipQuerySet(models.QuerySet["Membership"]):
    def active(self) -> Self:
        return self.filter(deactivated_at=None)

    def of(self, organisation: object) -> Self:
        """Members of `organisation`, by name."""
        return (
            self.filter(organisation=organisation)
            .select_related("user")
            .order_by("user__first_name", "user__last_name", "user__email")
        )


class Membership(models.Model):
    """A user in an organisation, with a role. Read before a scope exists, so it is shared: filter by organisation."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="memberships")
    user = models.ForeignKey("accounts.User", on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(_("role"), max_length=10, choices=Role, default=Role.TELECALLER)
    phone = models.CharField(
        _("phone to ring"),
        max_length=20,
        blank=True,
        help_text=_("Where bridge calls ring first, such as +91 90000 00012."),
    )
    created_at = models.DateTimeField(auto_now_add=True)
    deactivated_at = models.DateTimeField(null=True, blank=True, editable=False)
    # Of somebody who left for good: their number in this organisation, and nothing else (`accounts.actions.forgetting`).
    former_number = models.PositiveIntegerField(null=True, editable=False)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "user"], name="membership_once"),
            models.UniqueConstraint(fields=["organisation", "id"], name="membership_within_organisation"),
            models.UniqueConstraint(fields=["organisation", "former_number"], name="membership_former_number_once"),
            models.CheckConstraint(
                condition=models.Q(former_number=None) | models.Q(deactivated_at__isnull=False, phone=""),
                name="membership_former_is_shut_out",
            ),
            models.CheckConstraint(condition=models.Q(role__in=Role.values), name="membership_role_known"),
        ]

    def __str__(self) -> str:
        return f"Membership {self.pk}"

    def may(self, permission: Permission) -> bool:
        return permission in GRANTS[self.role]

    @property
    def name(self) -> str:
        return self.user.display_name

    @property
    def sees_everything(self) -> bool:
        """Whether the role sees the whole organisation. What others see, a manager above all, is for the teams to say."""
        return self.role in {Role.ADMIN, Role.OWNER}
