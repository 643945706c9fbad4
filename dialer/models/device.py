"""Own phones that tell of their calls: who carries them, what they sent, and which call each row of theirs is."""

import datetime as dt
from typing import Any, ClassVar, Self

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from accounts.models.bearer import Bearer, BearerQuerySet
from accounts.tenancy import OrganisationOwned, OrganisationQuerySet, scoped
from dialer.models.call import Call
from teams.visibility import sight_of

PAIRING_LASTS = dt.timedelta(minutes=10)
# A clock that is further off is spoken of on the page about devices.
SKEWED = dt.timedelta(minutes=2)
# A paired phone that says nothing for so long is spoken of.
SILENT = dt.timedelta(hours=24)


class DeviceQuerySet(BearerQuerySet):
    def visible_to(self, member: Membership) -> Self:
        """Phones of the people whom `member` sees."""
        return self.filter(sight_of(member).of("member"))

    def with_gaps(self, since: dt.datetime) -> Self:
        """Add `longest_gap`, the longest time between two syncs of a phone since then; None with fewer than two."""
        gaps = (
            DeviceBatch.objects.filter(device=models.OuterRef("pk"), received_at__gte=since)
            .annotate(
                gap=models.F("received_at")
                - models.Window(models.functions.Lag("received_at"), order_by=models.F("received_at").asc())
            )
            .order_by(models.F("gap").desc(nulls_last=True))
        )
        return self.annotate(longest_gap=models.Subquery(gaps.values("gap")[:1]))


class Device(Bearer):
    """The phone of one telecaller, which sends its call log. Its secret was given in exchange for a pairing code.

    `reported` is what it last said of itself: {battery_percent, is_battery_saver_on, may_read_call_log,
    may_run_in_background}. `clock_skew` is how far our clock was ahead of its own.
    """

    KIND = "device"
    PER_MINUTE = 60

    name = models.CharField(_("name"), max_length=80)
    # By which the same phone is known when it is paired again; made by the app, and no number of the phone's.
    hardware_id = models.CharField(max_length=64, editable=False)
    app_version = models.CharField(max_length=40, blank=True, editable=False)
    reported = models.JSONField(default=dict, editable=False)
    clock_skew = models.DurationField(null=True, editable=False)
    synced_at = models.DateTimeField(null=True, editable=False)

    objects: ClassVar[Any] = scoped(DeviceQuerySet)

    class Meta(Bearer.Meta):
        constraints = [
            *Bearer.Meta.constraints,
            models.UniqueConstraint(
                fields=["organisation", "member", "hardware_id"],
                condition=models.Q(revoked_at=None),
                name="device_paired_once",
            ),
        ]
        indexes = [models.Index(fields=["organisation", "-created_at", "-id"], name="device_newest")]

    def __str__(self) -> str:
        return f"Device {self.pk}"

    @property
    def is_silent(self) -> bool:
        """Whether it is to speak and has not done so for long."""
        return not self.is_revoked and (self.synced_at or self.created_at) < timezone.now() - SILENT

    @property
    def is_skewed(self) -> bool:
        return self.clock_skew is not None and abs(self.clock_skew) > SKEWED


class PairingCode(OrganisationOwned):
    """What a telecaller shows to their phone, once and for ten minutes, so that it gets a secret of its own."""

    member = models.ForeignKey(
        "accounts.Membership", on_delete=models.CASCADE, db_constraint=False, db_index=False, related_name="+"
    )
    code_digest = models.CharField(max_length=64)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "code_digest"], name="pairing_code_once")]

    def __str__(self) -> str:
        return f"PairingCode {self.pk}"


class DeviceBatch(OrganisationOwned):
    """One request of a phone with rows of its call log, and what was answered: asked again, it gets the same answer."""

    device = models.ForeignKey(
        "dialer.Device", on_delete=models.CASCADE, db_constraint=False, db_index=False, related_name="+"
    )
    key = models.CharField(max_length=64)
    body_digest = models.CharField(max_length=64)
    received_at = models.DateTimeField()
    accepted = models.PositiveSmallIntegerField(default=0)
    duplicates = models.PositiveSmallIntegerField(default=0)
    # Rows of numbers that no lead has: counted, and of the rows themselves nothing is kept.
    personal = models.PositiveSmallIntegerField(default=0)
    refused = models.PositiveSmallIntegerField(default=0)
    # Ids, codes and names of fields; no number.
    answer = models.JSONField(default=dict)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "device", "key"], name="device_batch_once")]
        indexes = [models.Index(fields=["organisation", "device", "-received_at"], name="device_batch_newest")]

    def __str__(self) -> str:
        return f"DeviceBatch {self.pk}"


class DeviceCall(OrganisationOwned):
    """One row of a phone's call log, and the call that it is.

    Known by two keys. The first: its id in the log of one installation of the app. The second, for a log that is sent
    again under other ids (after a reinstall, from another phone, as a file): telecaller, number, direction, second and
    length as the phone wrote them down.
    """

    class Joined(models.TextChoices):
        NEW = "new", _("A call that nobody had noted")
        OUTCOME = "outcome", _("The call that was started in JiNi")
        CLOUD = "cloud", _("A call that the provider tells of")

    telecaller = models.ForeignKey(
        "accounts.Membership", on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="+"
    )
    # Null of a row that came in a file.
    device = models.ForeignKey(
        "dialer.Device", on_delete=models.PROTECT, null=True, db_constraint=False, db_index=False, related_name="+"
    )
    call = models.ForeignKey(
        "dialer.Call", on_delete=models.CASCADE, db_constraint=False, db_index=False, related_name="+"
    )
    joined = models.CharField(max_length=10, choices=Joined)
    install_id = models.CharField(max_length=64, blank=True)
    log_id = models.CharField(max_length=64, blank=True)
    phone = models.CharField(max_length=16)
    direction = models.CharField(max_length=10, choices=Call.Direction)
    # By the phone's clock, to the second; when it was by ours stands on the call.
    logged_at = models.DateTimeField()
    seconds = models.PositiveIntegerField()
    received_at = models.DateTimeField()

    objects: ClassVar[Any] = scoped(OrganisationQuerySet)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "device", "install_id", "log_id"],
                condition=~models.Q(log_id=""),
                name="device_call_log_id_once",
            ),
            models.UniqueConstraint(
                fields=["organisation", "telecaller", "phone", "logged_at", "direction", "seconds"],
                name="device_call_content_once",
            ),
        ]
        indexes = [models.Index(fields=["organisation", "call"], name="device_call_of_call")]

    def __str__(self) -> str:
        return f"DeviceCall {self.pk}"
