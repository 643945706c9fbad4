"""Words an organisation puts on its leads."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.tenancy import OrganisationOwned


class Tag(OrganisationOwned):
    name = models.CharField(_("name"), max_length=40)

    class Meta:
        constraints = [models.UniqueConstraint("organisation", models.functions.Lower("name"), name="tag_name_once")]

    def __str__(self) -> str:
        return f"Tag {self.pk}"


class LeadTag(OrganisationOwned):
    """A tag on a lead."""

    lead = models.ForeignKey(
        "leads.Lead", on_delete=models.CASCADE, db_constraint=False, related_name="lead_tags", db_index=False
    )
    tag = models.ForeignKey(
        "leads.Tag", on_delete=models.CASCADE, db_constraint=False, related_name="+", db_index=False
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "lead", "tag"], name="lead_tag_once")]
        indexes = [models.Index(fields=["organisation", "tag", "lead"], name="lead_by_tag")]

    def __str__(self) -> str:
        return f"LeadTag {self.pk}"
