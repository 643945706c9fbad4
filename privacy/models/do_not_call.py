"""People who must not be called: a fact of its own, never derived from an outcome."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.tenancy import OrganisationOwned


class DoNotCall(OrganisationOwned):
    """A number that this organisation may not call."""

    class Source(models.TextChoices):
        CALL = "call", _("Said on a call")
        MANUAL = "manual", _("Entered by hand")
        IMPORT = "import", _("List of numbers")
        REQUEST = "request", _("Request of the person")

    phone = models.CharField(_("phone"), max_length=16)
    source = models.CharField(_("source"), max_length=10, choices=Source)
    at = models.DateTimeField(auto_now_add=True)
    by = models.ForeignKey(
        "accounts.Membership",
        on_delete=models.PROTECT,
        null=True,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "phone"], name="do_not_call_once")]

    def __str__(self) -> str:
        return f"DoNotCall {self.pk}"
