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
