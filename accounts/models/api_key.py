"""A key of the API."""

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models.bearer import Bearer, BearerQuerySet
from accounts.tenancy import scoped


class ApiKey(Bearer):
    """Lets a program of the organisation in, with the role and the sight of one member."""

    KIND = "key"
    PER_MINUTE = 600

    name = models.CharField(_("name"), max_length=80)
    created_by = models.ForeignKey(
        "accounts.Membership", on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="+"
    )

    objects: ClassVar[Any] = scoped(BearerQuerySet)

    class Meta(Bearer.Meta):
        indexes = [models.Index(fields=["organisation", "-created_at", "-id"], name="api_key_newest")]

    def __str__(self) -> str:
        return f"ApiKey {self.pk}"
