"""The lists of a campaign: which leads it holds, in what order and share they are called, and until when."""

import datetime as dt
from typing import Any, ClassVar, Self

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.tenancy import OrganisationOwned, OrganisationQuerySet, scoped


class CampaignListQuerySet(OrganisationQuerySet):
    def in_order(self) -> Self:
        """In the order in which they were made, which is that of their ids."""
        return self.order_by("id")

    def open(self) -> Self:
        """Lists that take leads in."""
        return self.exclude(state=CampaignList.State.ENDED)


class CampaignList(OrganisationOwned):
    """A part of the leads of a campaign. Its people are handed leads of its running lists, by their shares.

    `order` is written into the place of each waiting first call (see `QueueEntry.due_at`), so that handing one out is
    a look into an index whatever the order. While a changed order is being written, `ordering_from` is the lead after
    which it goes on. A list that starts `after` another is waiting until that one has nothing to call, or has ended.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("Starts later")
        RUNNING = "running", pgettext_lazy("list", "Running")
        PAUSED = "paused", pgettext_lazy("list", "Paused")
        ENDED = "ended", pgettext_lazy("list", "Ended")

    class Order(models.TextChoices):
        OLDEST = "oldest", _("Oldest first")
        NEWEST = "newest", _("Newest first")
        VALUE = "value", _("Highest value first")
        SCORE = "score", _("Highest score first")

    campaign = models.ForeignKey(
        "dialer.Campaign", on_delete=models.CASCADE, db_constraint=False, related_name="lists", db_index=False
    )
    name = models.CharField(_("name"), max_length=80)
    state = models.CharField(
        pgettext_lazy("condition", "state"), max_length=10, choices=State, default=State.RUNNING, editable=False
    )
    share = models.PositiveSmallIntegerField(
        _("share"),
        default=1,
        help_text=_("1 to 9. Of lists with the shares 3 and 1, the first is called three times out of four."),
    )
    order = models.CharField(_("order"), max_length=10, choices=Order, default=Order.OLDEST)
    ends_on = models.DateField(
        _("last day"),
        null=True,
        blank=True,
        help_text=_("After it the list ends and its leads wait no more; promised calls are kept."),
    )
    after = models.ForeignKey(
        "self",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        db_constraint=False,
        db_index=False,
        related_name="+",
        verbose_name=_("starts after"),
    )
    # When leads were first put into it: before that, it is not empty but not begun.
    filled_at = models.DateTimeField(null=True, editable=False)
    ordering_from = models.UUIDField(null=True, editable=False)

    objects: ClassVar[Any] = scoped(CampaignListQuerySet)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "organisation", "campaign", models.functions.Lower("name"), name="campaign_list_name_once"
            ),
            models.CheckConstraint(condition=models.Q(share__range=(1, 9)), name="campaign_list_share_1_to_9"),
            models.CheckConstraint(
                condition=models.Q(after=None) | ~models.Q(after=models.F("id")), name="campaign_list_not_after_itself"
            ),
            models.CheckConstraint(
                condition=~models.Q(state="waiting") | models.Q(after__isnull=False),
                name="campaign_list_waits_for_another",
            ),
        ]

    def __str__(self) -> str:
        return f"CampaignList {self.pk}"

    @property
    def has_ended(self) -> bool:
        return self.state == self.State.ENDED

    def is_past(self, today: dt.date) -> bool:
        """Whether its last day is over, though nobody may have ended it yet."""
        return self.ends_on is not None and self.ends_on < today
