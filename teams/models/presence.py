"""What each member is doing: intervals that follow each other without a gap."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.tenancy import OrganisationOwned
from jini.lib.bilingual import Bilingual


class PauseCode(Bilingual, OrganisationOwned):
    """A reason to be away from the phone."""

    position = models.PositiveSmallIntegerField(default=0)
    # Whoever is away for longer counts as gone; without it the break may last as long as it does.
    longest_minutes = models.PositiveSmallIntegerField(_("minutes at most"), null=True, blank=True)
    is_active = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint("organisation", models.functions.Lower("name"), name="pause_code_name_once"),
            models.CheckConstraint(
                condition=models.Q(longest_minutes=None) | models.Q(longest_minutes__range=(1, 1440)),
                name="pause_code_1_minute_to_a_day",
            ),
        ]

    def __str__(self) -> str:
        return f"PauseCode {self.pk}"


class Presence(OrganisationOwned):
    """One interval of a member in one state; the open one has no end.

    `because` says why the system began it; empty where the member did, or a call of theirs.
    """

    class State(models.TextChoices):
        AVAILABLE = "available", _("Available")
        ON_CALL = "on_call", _("On a call")
        WRAP_UP = "wrap_up", _("Wrap-up")
        PAUSE = "pause", _("On break")
        OFFLINE = "offline", _("Offline")

    class Because(models.TextChoices):
        LONG_BREAK = "long_break", _("The break lasted longer than it may.")
        NO_OUTCOME = "no_outcome", _("A call was left without an outcome.")

    member = models.ForeignKey(
        "accounts.Membership", on_delete=models.CASCADE, db_constraint=False, db_index=False, related_name="+"
    )
    state = models.CharField(max_length=10, choices=State)
    pause_code = models.ForeignKey(
        "teams.PauseCode", on_delete=models.PROTECT, null=True, db_constraint=False, db_index=False, related_name="+"
    )
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    because = models.CharField(max_length=10, choices=Because, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "member"], condition=models.Q(ended_at=None), name="presence_one_open"
            ),
            models.CheckConstraint(
                condition=models.Q(ended_at=None) | models.Q(ended_at__gte=models.F("started_at")),
                name="presence_ends_after_start",
            ),
        ]
        indexes = [models.Index(fields=["organisation", "member", "-started_at"], name="presence_newest")]

    def __str__(self) -> str:
        return f"Presence {self.pk}"
