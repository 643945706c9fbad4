"""Leads that may be one person: pairs found by looking, and the merges that were made of such pairs."""

from typing import Any, ClassVar, Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from accounts.tenancy import OrganisationOwned, OrganisationQuerySet, scoped
from teams.visibility import sight_of

LEAST_PERCENT, MOST_PERCENT = 40, 100


class LikelyDuplicateQuerySet(OrganisationQuerySet):
    def visible_to(self, member: Membership) -> Self:
        """Pairs of which `member` sees both leads."""
        sight = sight_of(member)
        return self.filter(sight.of_or_nobodys("lead__assigned_to"), sight.of_or_nobodys("other__assigned_to"))

    def open(self) -> Self:
        """Pairs that nobody has decided on, of leads that are both kept."""
        return self.filter(state=LikelyDuplicate.State.OPEN, lead__deleted_at=None, other__deleted_at=None)


class LikelyDuplicate(OrganisationOwned):
    """Two leads that may be one person. `lead` is the one with the smaller id, so that a pair is there once.

    `reasons` are those of `Reason` that hold, `score` (to 100) says how much they say. A pair that was dismissed stays,
    so that it is not found again.
    """

    class Reason(models.TextChoices):
        NUMBER = "number", _("Same number")
        EMAIL = "email", _("Same e-mail")
        NAME = "name", _("Similar name, same city")

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        DISMISSED = "dismissed", _("Not the same")
        MERGED = "merged", _("Merged")

    lead = models.ForeignKey(
        "leads.Lead", on_delete=models.CASCADE, db_constraint=False, db_index=False, related_name="+"
    )
    other = models.ForeignKey(
        "leads.Lead", on_delete=models.CASCADE, db_constraint=False, db_index=False, related_name="+"
    )
    reasons = models.JSONField(default=list)
    score = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    found_at = models.DateTimeField(auto_now_add=True)
    dismissed_at = models.DateTimeField(null=True)
    dismissed_by = models.ForeignKey(
        "accounts.Membership",
        on_delete=models.PROTECT,
        null=True,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )

    objects: ClassVar[Any] = scoped(LikelyDuplicateQuerySet)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "lead", "other"], name="likely_duplicate_once"),
            models.CheckConstraint(
                condition=models.Q(lead__lt=models.F("other")), name="likely_duplicate_smaller_id_first"
            ),
            models.CheckConstraint(
                condition=models.Q(state="dismissed", dismissed_at__isnull=False, dismissed_by__isnull=False)
                | (~models.Q(state="dismissed") & models.Q(dismissed_at=None, dismissed_by=None)),
                name="likely_duplicate_dismissed_at_and_by",
            ),
        ]
        indexes = [
            models.Index(
                fields=["organisation", "-score", "-id"],
                name="likely_duplicate_open",
                condition=models.Q(state="open"),
            ),
            models.Index(fields=["organisation", "other"], name="likely_duplicate_of_other"),
        ]

    def __str__(self) -> str:
        return f"LikelyDuplicate {self.pk}"

    @property
    def reason_words(self) -> list[str]:
        """The reasons in the language of the page."""
        return [str(self.Reason(reason).label) for reason in self.reasons]


class DuplicateSettings(OrganisationOwned):
    """What makes two leads look like one person in this organisation, and how far they were looked through."""

    by_number = models.BooleanField(_("same number in another place"), default=True)
    by_email = models.BooleanField(_("same e-mail"), default=True)
    by_name = models.BooleanField(_("similar name and same city"), default=True)
    name_percent = models.PositiveSmallIntegerField(_("how similar the names must be, in percent"), default=60)
    # The change up to which every lead was looked at, by its time and the id of the lead; null before the first time.
    seen_until = models.DateTimeField(null=True, editable=False)
    seen_lead = models.UUIDField(null=True, editable=False)
    looked_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation"], name="duplicate_settings_once"),
            models.CheckConstraint(
                condition=models.Q(name_percent__range=(LEAST_PERCENT, MOST_PERCENT)),
                name="duplicate_percent_40_to_100",
            ),
        ]

    def __str__(self) -> str:
        return f"DuplicateSettings {self.pk}"


class LeadMergeQuerySet(OrganisationQuerySet):
    def visible_to(self, member: Membership) -> Self:
        """Merges of which `member` sees both leads."""
        sight = sight_of(member)
        return self.filter(sight.of_or_nobodys("keep__assigned_to"), sight.of_or_nobodys("gone__assigned_to"))

    def standing(self) -> Self:
        return self.filter(undone_at=None)


class LeadMerge(OrganisationOwned):
    """One merge: `gone` is in the bin since, and what hung on it hangs on `keep`.

    `moved` is what undoing needs: {table: ids, and what stood in their fields}; see leads/merging/.
    """

    keep = models.ForeignKey(
        "leads.Lead", on_delete=models.CASCADE, db_constraint=False, db_index=False, related_name="+"
    )
    gone = models.ForeignKey(
        "leads.Lead", on_delete=models.CASCADE, db_constraint=False, db_index=False, related_name="+"
    )
    merged_at = models.DateTimeField()
    merged_by = models.ForeignKey(
        "accounts.Membership", on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="+"
    )
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(
        "accounts.Membership",
        on_delete=models.PROTECT,
        null=True,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    moved = models.JSONField(default=dict)

    objects: ClassVar[Any] = scoped(LeadMergeQuerySet)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "gone"], condition=models.Q(undone_at=None), name="lead_merge_once_of_gone"
            ),
            models.CheckConstraint(condition=~models.Q(keep=models.F("gone")), name="lead_merge_of_two"),
            models.CheckConstraint(
                condition=models.Q(undone_at=None, undone_by=None)
                | models.Q(undone_at__isnull=False, undone_by__isnull=False),
                name="lead_merge_undone_at_and_by",
            ),
        ]
        indexes = [
            models.Index(fields=["organisation", "-merged_at", "-id"], name="lead_merge_newest"),
            models.Index(fields=["organisation", "keep"], name="lead_merge_of_keep"),
            models.Index(fields=["organisation", "gone"], name="lead_merge_of_gone"),
        ]

    def __str__(self) -> str:
        return f"LeadMerge {self.pk}"
