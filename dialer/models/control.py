"""What people asked of a running call: hold, mute, tones of the keypad, how a supervisor listens."""

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.tenancy import OrganisationOwned, OrganisationQuerySet, scoped
from jini.lib.encryption import EncryptedTextField


class ControlQuerySet(OrganisationQuerySet):
    def pending(self) -> Any:
        """Those that the provider has not answered yet, in the order in which they were asked."""
        return self.filter(state__in=[Control.State.ASKED, Control.State.SENT]).order_by("pk")


class Control(OrganisationOwned):
    """Something that somebody asked of a running call: written down before the provider is asked, with what it said.

    What holds on a call is what was done last (`dialer.calls.controls`). `leg` is whom it is about: "customer", "agent"
    or one of the third people of the call. SENT: the provider is being asked. `digits` are gone as soon as they have
    been played.
    """

    class Kind(models.TextChoices):
        HOLD = "hold", _("Put on hold")
        RESUME = "resume", _("Taken off hold")
        MUTE = "mute", _("Muted")
        UNMUTE = "unmute", _("Unmuted")
        DIGITS = "digits", _("Keypad")
        LISTEN = "listen", _("Listen")
        WHISPER = "whisper", _("Whisper")
        BARGE = "barge", _("Barge in")
        HAND_OVER = "hand_over", _("Hand over")

    MODES = (Kind.LISTEN, Kind.WHISPER, Kind.BARGE)

    class State(models.TextChoices):
        ASKED = "asked", _("Waiting")
        SENT = "sent", _("Being done")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")

    call = models.ForeignKey(
        "dialer.Call", on_delete=models.CASCADE, db_constraint=False, db_index=False, related_name="controls"
    )
    leg = models.CharField(max_length=10)
    kind = models.CharField(max_length=10, choices=Kind)
    digits = EncryptedTextField(blank=True)
    asked_by = models.ForeignKey(
        "accounts.Membership", on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="+"
    )
    asked_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    state = models.CharField(max_length=10, choices=State, default=State.ASKED)
    failure = models.CharField(max_length=40, blank=True)
    answered_at = models.DateTimeField(null=True)

    objects: ClassVar[Any] = scoped(ControlQuerySet)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "call"], condition=models.Q(state="sent"), name="control_one_at_a_time"
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=["asked", "sent"], answered_at=None)
                | models.Q(state__in=["done", "failed"], answered_at__isnull=False),
                name="control_answered_when_done_or_failed",
            ),
            models.CheckConstraint(
                condition=models.Q(failure="") | models.Q(state="failed"), name="control_failure_when_failed"
            ),
            models.CheckConstraint(
                condition=models.Q(digits="") | models.Q(kind="digits"), name="control_digits_of_keypad"
            ),
        ]
        indexes = [models.Index(fields=["organisation", "call", "id"], name="controls_of_call")]

    def __str__(self) -> str:
        return f"Control {self.pk}"
