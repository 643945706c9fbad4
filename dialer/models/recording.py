"""Recordings of calls: whether there are any, where each stands, and who did not want to be recorded."""

from typing import Any, ClassVar, Self

from django.conf import settings
from django.core.files.storage import FileSystemStorage
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from accounts.tenancy import OrganisationOwned, OrganisationQuerySet, scoped
from dialer.models.call import Call
from dialer.models.incoming import IncomingCall
from dialer.models.sound import ERASED_AT_AND_BY, KEPT_HAS_A_FILE, Sound
from dialer.models.telephony import TelephonyAccount
from dialer.models.voicemail import sound_name


def announcement_storage() -> FileSystemStorage:
    """Outside of what a web server serves: the provider is given a signed address for a few minutes."""
    return FileSystemStorage(location=settings.MEDIA_ROOT / "announcements", base_url=None)


class RecordingSettings(OrganisationOwned):
    """What the organisation chose; until it has, there is no row and nothing is recorded.

    Through a provider that keeps its recordings (`dialer.providers.port`) nothing is recorded either, until it can be given
    the announcement as a `sound`, and it stands here after how many days its copies go.
    """

    class Voice(models.TextChoices):
        ENGLISH = "en-IN", _("English")
        HINDI = "hi-IN", _("Hindi")

    is_on = models.BooleanField(
        _("Record calls"),
        default=False,
        help_text=_("A campaign may say otherwise for its own calls."),
    )
    announcement = models.CharField(
        _("What the customer hears first"),
        max_length=300,
        default="This call is recorded.",
        help_text=_(
            "It is spoken before the customer is connected with the telecaller, in every call that is recorded."
        ),
    )
    voice = models.CharField(_("Language of that sentence"), max_length=5, choices=Voice, default=Voice.ENGLISH)
    sound = models.FileField(
        storage=announcement_storage, upload_to=sound_name, max_length=100, blank=True, db_default=""
    )
    sound_bytes = models.PositiveIntegerField(null=True)
    sound_sha256 = models.CharField(max_length=64, blank=True, db_default="")
    # The periods that Exotel's dashboard offers: developer.exotel.com/docs/advanced-config/call-recording-config.
    days_at_provider = models.PositiveSmallIntegerField(
        _("Exotel keeps recordings for"),
        null=True,
        blank=True,
        choices=[(days, days) for days in (30, 60, 90, 180, 365)],
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation"], name="recording_settings_once"),
            models.CheckConstraint(condition=~models.Q(announcement=""), name="recording_is_announced"),
            models.CheckConstraint(
                condition=models.Q(days_at_provider=None) | ~models.Q(sound=""), name="recording_is_announced_by_sound"
            ),
            models.CheckConstraint(
                condition=models.Q(sound="", sound_bytes=None, sound_sha256="")
                | ~models.Q(sound="") & models.Q(sound_bytes__gt=0) & ~models.Q(sound_sha256=""),
                name="recording_sound_is_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"RecordingSettings {self.pk}"


class RecordingWish(OrganisationOwned):
    """The fact that a lead does not want to be recorded: who noted it, when and why; and who took it back."""

    lead = models.ForeignKey(
        "leads.Lead", on_delete=models.CASCADE, db_constraint=False, db_index=False, related_name="+"
    )
    noted_at = models.DateTimeField()
    noted_by = models.ForeignKey(
        "accounts.Membership", on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="+"
    )
    reason = models.CharField(_("In their words"), max_length=200, blank=True)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.ForeignKey(
        "accounts.Membership",
        on_delete=models.PROTECT,
        null=True,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "lead"],
                condition=models.Q(withdrawn_at=None),
                name="recording_wish_once",
            ),
            models.CheckConstraint(
                condition=models.Q(withdrawn_at=None, withdrawn_by=None)
                | models.Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False),
                name="recording_wish_withdrawn_at_and_by",
            ),
        ]
        indexes = [models.Index(fields=["organisation", "lead", "-noted_at"], name="recording_wishes_of_lead")]

    def __str__(self) -> str:
        return f"RecordingWish {self.pk}"


PLAYED = (
    "organisation", "state", "file", "bytes", "sha256", "content_type", "started_at", "kept_at", "seconds",
)  # fmt: skip


class RecordingQuerySet(OrganisationQuerySet):
    def visible_to(self, member: Membership) -> Self:
        """Recordings of the calls that `member` sees."""
        return self.filter(models.Exists(Call.objects.visible_to(member).filter(pk=models.OuterRef("call"))))

    def for_player(self, member: Membership) -> Self:
        """Recordings of the calls that `member` sees, with what a player needs of them and `is_being_played`: by `member`.

        Players ask for many parts of one recording; each is one question.
        """
        plays = RecordingPlay.objects.filter(recording=models.OuterRef("pk"), member=member, until__gt=timezone.now())
        return self.visible_to(member).only(*PLAYED).annotate(is_being_played=models.Exists(plays))

    def playable(self) -> Self:
        return self.filter(state=Recording.State.KEPT)


class Recording(Sound):
    """One recording of a call, from the wish to have it to its erasure. The row exists before a provider is asked to record.

    `wanted` is what people asked for, `state` what is known.
    """

    class Wanted(models.TextChoices):
        RUN = "run"
        PAUSE = "pause"
        STOP = "stop"

    State = Sound.State
    ON_THE_LINE = (State.RUNNING, State.PAUSED)
    BEFORE_THE_END = (State.WANTED, State.ASKED, *ON_THE_LINE)
    UNFINISHED = (*BEFORE_THE_END, State.ENDED, State.READY)
    LINE, CHANNELS = "call", 2
    PULL, CLEAR = "dialer.pull_recording", "dialer.clear_recording"

    call = models.ForeignKey(
        "dialer.Call", on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="+"
    )
    wanted = models.CharField(max_length=5, choices=Wanted, default=Wanted.RUN)
    # What the customer was told, as it was then.
    announcement = models.CharField(max_length=300, blank=True)
    # The last day of a copy at the provider that nobody can delete before; null of one that we delete.
    at_provider_until = models.DateField(null=True)

    objects: ClassVar[Any] = scoped(RecordingQuerySet)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "call"], name="recording_once_of_call"),
            models.UniqueConstraint(
                fields=["organisation", "provider", "provider_id"],
                condition=~models.Q(provider_id=""),
                name="recording_once_at_provider",
            ),
            models.CheckConstraint(condition=KEPT_HAS_A_FILE, name="recording_kept_has_a_file"),
            models.CheckConstraint(condition=ERASED_AT_AND_BY, name="recording_erased_at_and_by"),
        ]

    def __str__(self) -> str:
        return f"Recording {self.pk}"

    @property
    def is_on_the_line(self) -> bool:
        """Whether it can be paused, or go on after a pause."""
        return self.state in self.ON_THE_LINE and not self.is_out_of_reach

    @property
    def provider_name(self) -> str:
        return str(TelephonyAccount.Provider(self.provider).label)

    @property
    def is_out_of_reach(self) -> bool:
        """Whether the provider can neither pause nor end it, nor delete it before its time."""
        return self.at_provider_until is not None

    @property
    def line_leg(self) -> str:
        return self.call.customer_leg or (self.call.agent_leg if self.is_out_of_reach else "")


class CallerMessageQuerySet(OrganisationQuerySet):
    def visible_to(self, member: Membership) -> Self:
        """Messages of the calls that came in and that `member` sees."""
        return self.filter(
            models.Exists(IncomingCall.objects.visible_to(member).filter(pk=models.OuterRef("incoming")))
        )

    def playable(self) -> Self:
        return self.filter(state=Sound.State.KEPT)


class CallerMessage(Sound):
    """What somebody who called us said onto the voicemail. The provider has it already when the row is written."""

    LINE, CHANNELS = "incoming", 1
    PULL, CLEAR = "dialer.pull_message", "dialer.clear_message"

    incoming = models.ForeignKey(
        "dialer.IncomingCall", on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="+"
    )

    objects: ClassVar[Any] = scoped(CallerMessageQuerySet)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "incoming"], name="message_once_of_call"),
            models.CheckConstraint(condition=KEPT_HAS_A_FILE, name="message_kept_has_a_file"),
            models.CheckConstraint(condition=ERASED_AT_AND_BY, name="message_erased_at_and_by"),
        ]

    def __str__(self) -> str:
        return f"CallerMessage {self.pk}"

    @property
    def line_leg(self) -> str:
        return self.incoming.provider_id


class RecordingPlay(OrganisationOwned):
    """Somebody listened: the first request of a play begins it, those for other parts of it within `until` belong to it."""

    recording = models.ForeignKey(
        "dialer.Recording", on_delete=models.CASCADE, db_constraint=False, db_index=False, related_name="plays"
    )
    member = models.ForeignKey(
        "accounts.Membership", on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="+"
    )
    at = models.DateTimeField()
    until = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(until__gt=models.F("at")), name="recording_play_takes_time")
        ]
        indexes = [models.Index(fields=["organisation", "recording", "-at"], name="recording_plays_newest")]

    def __str__(self) -> str:
        return f"RecordingPlay {self.pk}"


class SimulatedRecording(OrganisationOwned):
    """The simulator's own record of a recording. `pauses` are [[from, to or null]]; its sound is made when it is asked for.

    `deliveries` are [due_at, status] that are still to be posted, `answer` what is said when it is asked.
    """

    token = models.UUIDField()
    number = models.CharField(max_length=64)
    url = models.CharField(max_length=300)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    pauses = models.JSONField(default=list)
    sent = models.PositiveSmallIntegerField(default=0)
    deleted_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "number"], name="simulated_recording_once")]

    def __str__(self) -> str:
        return f"SimulatedRecording {self.pk}"
