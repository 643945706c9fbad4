"""What was done, by whom, to what: ids and counts, never personal data."""

from django.db import models

from accounts.tenancy import OrganisationOwned


class AuditEntry(OrganisationOwned):
    """One line of the organisation's audit log; written once, never changed."""

    at = models.DateTimeField(auto_now_add=True)
    verb = models.CharField(max_length=60)
    actor = models.ForeignKey(
        "accounts.Membership", on_delete=models.PROTECT, null=True, db_constraint=False, related_name="+"
    )
    subject_type = models.CharField(max_length=60, blank=True)
    subject_id = models.UUIDField(null=True)
    details = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["organisation", "-at"], name="audit_newest")]

    def __str__(self) -> str:
        return f"AuditEntry {self.pk}"
