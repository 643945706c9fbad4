"""Long work as a row: its state, its progress and where to go on."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class JobState(models.TextChoices):
    """A job moves down this list, or aside to cancelled or failed."""

    DRAFT = "draft", _("Being prepared")
    QUEUED = "queued", _("Queued")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    CANCELLED = "cancelled", _("Cancelled")
    FAILED = "failed", _("Failed")


class Job(models.Model):
    """Work done in many short steps; each step starts where `done` says and may be taken twice."""

    state = models.CharField(max_length=10, choices=JobState, default=JobState.DRAFT)
    total = models.PositiveIntegerField(null=True)
    done = models.PositiveIntegerField(default=0)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True

    @property
    def is_over(self) -> bool:
        return self.state in {JobState.DONE, JobState.CANCELLED, JobState.FAILED}

    @property
    def percent(self) -> int:
        """Rows done of all rows, 0 to 100; 0 while the total is not known."""
        return self.done * 100 // self.total if self.total else 0
