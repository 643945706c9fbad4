"""Work that was accepted and must happen: the truth behind every Celery nudge."""

from django.db import models

from jini.lib.ids import uuid7


class DueTask(models.Model):
    """One step that is owed for one subject of one organisation. Holds ids only, so it is shared and not tenant data.

    `version` grows with every `schedule`, so that a wish which arrives while the task runs is not lost with it.
    """

    class Queue(models.TextChoices):
        TELEPHONY = "telephony"
        DEFAULT = "default"
        BULK = "bulk"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    task = models.CharField(max_length=60)
    queue = models.CharField(max_length=10, choices=Queue)
    organisation = models.ForeignKey(
        "accounts.Organisation", on_delete=models.CASCADE, related_name="+", db_index=False
    )
    subject_id = models.UUIDField()
    due_at = models.DateTimeField()
    lease_until = models.DateTimeField(null=True)
    attempts = models.PositiveIntegerField(default=0)
    version = models.PositiveBigIntegerField(default=1)
    last_error = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["task", "subject_id"], name="due_task_once")]
        indexes = [models.Index(fields=["queue", "due_at"], name="due_task_order")]

    def __str__(self) -> str:
        return f"DueTask {self.pk}"
