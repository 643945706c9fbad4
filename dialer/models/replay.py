"""Providers' posts by the day, and merging them again from the beginning."""

from typing import ClassVar

from django.db import models
from django.urls import reverse

from accounts.tenancy import OrganisationOwned
from jini.lib.jobs import Job, JobState


class InboxDay(OrganisationOwned):
    """What was counted of a provider's posts of one day of the organisation's zone, at `counted_at`.

    `posts` are all that were kept, `duplicates` those of them that were sent again.
    """

    COUNTED: ClassVar = ("posts", "duplicates", "late", "out_of_order", "unknown_status", "unknown_call")

    provider = models.CharField(max_length=20)
    day = models.DateField()
    posts = models.PositiveIntegerField(default=0)
    duplicates = models.PositiveIntegerField(default=0)
    late = models.PositiveIntegerField(default=0)
    out_of_order = models.PositiveIntegerField(default=0)
    unknown_status = models.PositiveIntegerField(default=0)
    unknown_call = models.PositiveIntegerField(default=0)
    counted_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "day", "provider"], name="inbox_day_once")]

    def __str__(self) -> str:
        return f"InboxDay {self.pk}"


class Replay(Job, OrganisationOwned):
    """Merging all posts of one call, or of every call that was told of on one day, from scratch. `done` counts posts.

    `counts` are {calls, changed, verdicts, unknown}: calls merged, calls that came out otherwise, posts that are now
    decided on otherwise, and posts whose status is still unknown. `cursor` is {at, id} of the last post of the day.
    """

    call = models.ForeignKey(
        "dialer.Call", on_delete=models.CASCADE, null=True, db_constraint=False, db_index=False, related_name="+"
    )
    day = models.DateField(null=True)
    counts = models.JSONField(default=dict)
    cursor = models.JSONField(default=dict)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(
        "accounts.Membership", on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="+"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(call=None, day__isnull=False) | models.Q(call__isnull=False, day=None),
                name="replay_of_call_or_day",
            ),
            models.UniqueConstraint(
                fields=["organisation"],
                condition=models.Q(state__in=[JobState.QUEUED, JobState.RUNNING]),
                name="replay_one_at_a_time",
            ),
        ]
        indexes = [
            models.Index(fields=["organisation", "-created_at", "-id"], name="replay_newest"),
            models.Index(
                fields=["organisation", "call"], condition=models.Q(call__isnull=False), name="replay_of_call"
            ),
        ]

    def __str__(self) -> str:
        return f"Replay {self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("dialer:replay", args=[self.pk])


class ReplayDifference(OrganisationOwned):
    """A call that came out otherwise: the facts that differ, {name: value}, before and after."""

    replay = models.ForeignKey(
        "dialer.Replay", on_delete=models.CASCADE, db_constraint=False, db_index=False, related_name="differences"
    )
    call = models.ForeignKey(
        "dialer.Call", on_delete=models.CASCADE, db_constraint=False, db_index=False, related_name="+"
    )
    before = models.JSONField()
    after = models.JSONField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "replay", "call"], name="replay_difference_once"),
        ]
        # Whoever deletes a call looks here for each one.
        indexes = [models.Index(fields=["organisation", "call"], name="replay_difference_of_call")]

    def __str__(self) -> str:
        return f"ReplayDifference {self.pk}"
