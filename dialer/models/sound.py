"""What a file of sound is here, from when a provider has it to its erasure: of a call, or a message of a caller."""

import secrets
from pathlib import Path
from typing import ClassVar

from django.conf import settings
from django.core.files.storage import FileSystemStorage
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.tenancy import OrganisationOwned


def recording_storage() -> FileSystemStorage:
    """Outside of what a web server serves: a view checks who asks and streams the bytes."""
    return FileSystemStorage(location=settings.MEDIA_ROOT / "recordings", base_url=None)


class Sound(OrganisationOwned):
    """`absent_because`, `fault` and `erased_because` are codes that the page has words for (`dialer.recordings.words`).

    `file` is named before its bytes come and is blank again once they are gone; what is playable is KEPT. `asked_at`:
    from when on the provider may have something of it.
    """

    class State(models.TextChoices):
        WANTED = "wanted", _("About to start")
        ASKED = "asked", _("Starting")
        RUNNING = "running", _("Recording")
        PAUSED = "paused", _("Paused")
        ENDED = "ended", _("Being made ready by the provider")
        READY = "ready", _("Being fetched from the provider")
        KEPT = "kept", _("Recorded")
        ABSENT = "absent", _("Not recorded")
        BROKEN = "broken", _("The provider's file cannot be used")
        ERASED = "erased", _("Erased")

    # The column of the line it is of; how many channels the provider has; the tasks that fetch it and clear it away.
    LINE: ClassVar[str]
    CHANNELS: ClassVar[int]
    PULL: ClassVar[str]
    CLEAR: ClassVar[str]

    provider = models.CharField(max_length=20)
    provider_id = models.CharField(max_length=64, blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.WANTED)
    asked_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    seconds = models.PositiveIntegerField(null=True)
    channels = models.PositiveSmallIntegerField(null=True)
    absent_because = models.CharField(max_length=40, blank=True)
    fault = models.CharField(max_length=40, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    file = models.CharField(max_length=100, blank=True)
    bytes = models.PositiveBigIntegerField(null=True)
    sha256 = models.CharField(max_length=64, blank=True)
    content_type = models.CharField(max_length=40, blank=True)
    kept_at = models.DateTimeField(null=True)
    # The provider's copy is deleted only after ours is safe, or erased.
    deleted_at_provider_at = models.DateTimeField(null=True)
    erased_at = models.DateTimeField(null=True)
    erased_by = models.ForeignKey(
        "accounts.Membership",
        on_delete=models.PROTECT,
        null=True,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    erased_because = models.CharField(max_length=40, blank=True)

    class Meta:
        abstract = True

    @property
    def is_playable(self) -> bool:
        return self.state == self.State.KEPT

    @property
    def line_leg(self) -> str:
        """The provider's id of the leg that was recorded."""
        raise NotImplementedError

    @property
    def part(self) -> Path:
        """Where the bytes are gathered before they are a file."""
        return Path(recording_storage().path(f"{self.file}.part"))

    def name_file(self) -> None:
        """Give the file its name, which nobody can guess; it is not saved yet."""
        digits = secrets.token_hex(24)
        self.file = f"{digits[:2]}/{digits[2:]}"


# Whatever table of sounds it is: a file stands behind what is kept, and an erasure has its time and its reason.
KEPT_HAS_A_FILE = ~models.Q(state="kept") | models.Q(kept_at__isnull=False, bytes__gt=0) & ~models.Q(
    file=""
) & ~models.Q(sha256="")
# Erased by a member, or by the rule that says how long recordings are kept.
ERASED_AT_AND_BY = models.Q(erased_at=None, erased_by=None) & ~models.Q(state="erased") | models.Q(
    erased_at__isnull=False, state="erased"
) & ~models.Q(erased_because="")
