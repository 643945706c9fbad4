"""How long this organisation keeps each kind of record, and what was deleted under that rule day by day."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.tenancy import OrganisationOwned


class RetentionRule(OrganisationOwned):
    """A period that differs from that of `jini.lib.retention.SCHEDULE`."""

    rule = models.CharField(max_length=20)
    days = models.PositiveIntegerField()
    changed_at = models.DateTimeField(auto_now=True)
    changed_by = models.ForeignKey(
        "accounts.Membership", on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "rule"], name="retention_rule_once"),
            models.CheckConstraint(condition=models.Q(days__gte=1), name="retention_rule_of_a_day"),
        ]

    def __str__(self) -> str:
        return f"RetentionRule {self.pk}"


class RetentionRun(OrganisationOwned):
    """One day's deletion under one rule: what was there, what was due, what went and what is the oldest that stays.

    `cutoff` is the moment before which records were due. `cursor` is {purge, at, round}: the table that is worked on,
    how far, and how often it was gone through.
    """

    class State(models.TextChoices):
        RUNNING = "running", _("Running")
        # More was due than a rule takes in a day: an admin says whether that is meant.
        STOPPED = "stopped", pgettext_lazy("deletion", "Waits for an admin")
        DONE = "done", _("Done")

    rule = models.CharField(max_length=20)
    day = models.DateField()
    state = models.CharField(max_length=10, choices=State, default=State.RUNNING)
    cutoff = models.DateTimeField()
    total = models.PositiveBigIntegerField()
    due = models.PositiveBigIntegerField()
    held = models.PositiveBigIntegerField(default=0)
    removed = models.PositiveBigIntegerField(default=0)
    oldest = models.DateTimeField(null=True)
    cursor = models.JSONField(default=dict)
    started_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)
    confirmed_at = models.DateTimeField(null=True)
    confirmed_by = models.ForeignKey(
        "accounts.Membership",
        on_delete=models.PROTECT,
        null=True,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "rule", "day"], name="retention_run_once_a_day"),
            models.CheckConstraint(
                condition=models.Q(confirmed_at=None, confirmed_by=None)
                | models.Q(confirmed_at__isnull=False, confirmed_by__isnull=False),
                name="retention_run_confirmed_at_and_by",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="done") | models.Q(finished_at__isnull=False), name="retention_run_done_ended"
            ),
        ]
        indexes = [models.Index(fields=["organisation", "-started_at", "-id"], name="retention_run_newest")]

    def __str__(self) -> str:
        return f"RetentionRun {self.pk}"
