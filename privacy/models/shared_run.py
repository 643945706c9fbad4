"""What was deleted day by day of records that belong to no organisation."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from jini.lib.ids import uuid7


class SharedRun(models.Model):
    """One day's deletion under one rule, as `RetentionRun` is for an organisation: what was there, due, gone, and left."""

    class State(models.TextChoices):
        RUNNING = "running", _("Running")
        STOPPED = "stopped", pgettext_lazy("deletion", "Waits for the operator")
        DONE = "done", _("Done")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    rule = models.CharField(max_length=20)
    day = models.DateField()
    state = models.CharField(max_length=10, choices=State, default=State.RUNNING)
    cutoff = models.DateTimeField()
    total = models.PositiveBigIntegerField()
    due = models.PositiveBigIntegerField()
    removed = models.PositiveBigIntegerField(default=0)
    oldest = models.DateTimeField(null=True)
    started_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["rule", "day"], name="shared_run_once_a_day"),
            models.CheckConstraint(
                condition=~models.Q(state="done") | models.Q(finished_at__isnull=False), name="shared_run_done_ended"
            ),
        ]

    def __str__(self) -> str:
        return f"SharedRun {self.pk}"
