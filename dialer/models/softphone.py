"""How a member's calls start, and the browser that rings when it is their phone."""

import datetime as dt
import secrets
from typing import Any, ClassVar, Self

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from accounts.tenancy import OrganisationOwned, OrganisationQuerySet, scoped
from dialer.models.call import Call

# A browser that is ready says so every minute; one that has not for so long is closed, asleep or offline.
SILENT = dt.timedelta(seconds=150)


def new_identity() -> str:
    """Return a name for a browser at a provider: 128 random bits, which say nothing of the person."""
    return secrets.token_hex(16)


class CallingChoice(OrganisationOwned):
    """How the calls of one member start, where that is not as the organisation says."""

    member = models.ForeignKey(
        "accounts.Membership", on_delete=models.CASCADE, db_constraint=False, db_index=False, related_name="+"
    )
    mode = models.CharField(_("how my calls start"), max_length=10, choices=Call.Mode)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "member"], name="calling_choice_once")]

    def __str__(self) -> str:
        return f"CallingChoice {self.pk}"


class SoftphoneQuerySet(OrganisationQuerySet):
    def ringing_for(self, member: Membership) -> "Softphone":
        """Return the softphone of `member`, made when it is asked for first."""
        found: Softphone
        found, _made = self.get_or_create(member=member)
        return found

    def there(self) -> Self:
        """Those of which a page is open that said a short while ago that it can take a call."""
        return self.filter(state=Softphone.State.READY, seen_at__gt=timezone.now() - SILENT)


class Softphone(OrganisationOwned):
    """A browser as the phone of one member.

    `identity` is what providers know it by; it is renewed when the access of the member ends. `tab` is the page that is
    the phone: of several that are open one alone. `state` is what it last said of itself, at `seen_at`. At most
    `MOST_TOKENS` tokens are given in the ten minutes from `tokens_from`.
    """

    MOST_TOKENS = 60

    class State(models.TextChoices):
        NONE = "", _("Not open")
        READY = "ready", _("Ready")
        ASKING = "asking", _("Waits for the microphone to be allowed")
        DENIED = "denied", _("The microphone is not allowed")
        MISSING = "missing", _("No microphone was found")
        BUSY = "busy", _("The microphone is in use elsewhere")
        OFFLINE = "offline", _("No connection")
        UNABLE = "unable", _("The browser cannot make calls")

    member = models.ForeignKey(
        "accounts.Membership", on_delete=models.CASCADE, db_constraint=False, db_index=False, related_name="+"
    )
    identity = models.CharField(max_length=32, default=new_identity)
    tab = models.CharField(max_length=36, blank=True)
    state = models.CharField(max_length=10, choices=State, blank=True)
    seen_at = models.DateTimeField(null=True)
    tokens_from = models.DateTimeField(null=True)
    tokens = models.PositiveSmallIntegerField(default=0)

    objects: ClassVar[Any] = scoped(SoftphoneQuerySet)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "member"], name="softphone_once"),
            models.UniqueConstraint(fields=["organisation", "identity"], name="softphone_identity_once"),
            models.CheckConstraint(condition=models.Q(identity__regex=r"^[0-9a-f]{32}$"), name="softphone_is_opaque"),
        ]

    def __str__(self) -> str:
        return f"Softphone {self.pk}"

    @property
    def address(self) -> str:
        """Where a provider rings it, as Twilio and the simulator spell that."""
        return f"client:{self.identity}"

    @property
    def is_there(self) -> bool:
        """Whether a page is open that said a short while ago that it can take a call."""
        return self.state == self.State.READY and self.seen_at is not None and timezone.now() - self.seen_at < SILENT

    def rename(self) -> None:
        """Give it another identity, so that a token of before rings for nobody."""
        self.identity, self.tab, self.state, self.seen_at = new_identity(), "", self.State.NONE, None
        self.save(update_fields=["identity", "tab", "state", "seen_at"])
