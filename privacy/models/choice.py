"""What a person allowed or withdrew, apart from the agreement: a ledger that only grows."""

from typing import Self

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from jini.lib import choices
from jini.lib.ids import uuid7


class ChoiceQuerySet(models.QuerySet["Choice"]):
    def newest_first(self) -> Self:
        return self.order_by("-at", "-id")

    def about(self, user: User, purpose: str) -> Self:
        return self.filter(user=user, purpose=purpose)


class Choice(models.Model):
    """A yes or no to one purpose; the newest row of a person counts, and without a row the answer is no.

    The database refuses the application every change and every deletion; functions of its owner empty where a choice was
    made from when the person is erased, and delete it when its time is over. It is the installation's, as its acceptances are: a person is the same one in each organisation.
    """

    class Purpose(models.TextChoices):
        MARKETING = choices.MARKETING, _("News and offers")
        USAGE = choices.USAGE, _("How I use JiNi")
        PUSH = choices.PUSH, _("Push messages")

    class State(models.TextChoices):
        GIVEN = "given", _("Allowed")
        WITHDRAWN = "withdrawn", _("Not allowed")

    class Place(models.TextChoices):
        SIGN_UP = "sign_up", _("when joining")
        PAGE = "page", _("under My choices")
        BAR = "bar", _("when asked on a page")
        DEVICE = "device", _("by the button on a device")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey("accounts.User", on_delete=models.PROTECT, db_index=False, related_name="+")
    purpose = models.CharField(max_length=10, choices=Purpose)
    state = models.CharField(max_length=10, choices=State)
    # The sentence that was on the page, in the language it was in.
    wording = models.TextField()
    language = models.CharField(max_length=2)
    place = models.CharField(max_length=10, choices=Place)
    # By the database's clock: which row is the newest must not hang on the clocks of several machines.
    at = models.DateTimeField(db_default=Now(), editable=False)
    ip_address = models.GenericIPAddressField(null=True)
    user_agent = models.CharField(max_length=300, blank=True)

    objects = ChoiceQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(purpose__in=["marketing", "usage", "push"], state__in=["given", "withdrawn"]),
                name="choice_is_one",
            )
        ]
        indexes = [models.Index(fields=["user", "purpose", "-at", "-id"], name="choice_newest")]

    def __str__(self) -> str:
        return f"Choice {self.pk}"

    @property
    def is_given(self) -> bool:
        return self.state == self.State.GIVEN
