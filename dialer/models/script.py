"""What a telecaller reads out: scripts in versions, which campaign has which, and the way through one in a call."""

from typing import Any, ClassVar, Self

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.tenancy import OrganisationOwned, OrganisationQuerySet, scoped
from leads.models import Lead


class ScriptQuerySet(OrganisationQuerySet):
    def in_use(self) -> Self:
        """Scripts that can be chosen and changed; calls remember the removed ones, too."""
        return self.filter(removed_at=None)

    def in_order(self) -> Self:
        return self.order_by("name", "language", "id")


class Script(OrganisationOwned):
    """A script in one language. `version` is the number of the version that calls begin with."""

    name = models.CharField(_("name"), max_length=80)
    language = models.CharField(_("language"), max_length=2, choices=Lead.Language)
    version = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(
        "accounts.Membership",
        on_delete=models.PROTECT,
        null=True,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    removed_at = models.DateTimeField(null=True, editable=False)

    objects: ClassVar[Any] = scoped(ScriptQuerySet)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "organisation",
                models.functions.Lower("name"),
                "language",
                condition=models.Q(removed_at=None),
                name="script_name_once",
            )
        ]

    def __str__(self) -> str:
        return f"Script {self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("dialer:script", args=[self.pk])


class ScriptVersion(OrganisationOwned):
    """A script as it was saved once; never changed, since calls refer to its steps. `content`: `dialer.scripts.content`."""

    script = models.ForeignKey(
        "dialer.Script", on_delete=models.CASCADE, db_constraint=False, db_index=False, related_name="versions"
    )
    number = models.PositiveIntegerField()
    content = models.JSONField()
    made_at = models.DateTimeField(auto_now_add=True)
    # Nobody: it was there before scripts had versions.
    made_by = models.ForeignKey(
        "accounts.Membership",
        on_delete=models.PROTECT,
        null=True,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "script", "number"], name="script_version_once"),
        ]

    def __str__(self) -> str:
        return f"ScriptVersion {self.pk}"


class CampaignScript(OrganisationOwned):
    """The script that a campaign's leads of one language hear; `language` is that of the script."""

    campaign = models.ForeignKey(
        "dialer.Campaign", on_delete=models.CASCADE, db_constraint=False, db_index=False, related_name="scripts"
    )
    script = models.ForeignKey(
        "dialer.Script", on_delete=models.CASCADE, db_constraint=False, db_index=False, related_name="+"
    )
    language = models.CharField(max_length=2, choices=Lead.Language)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "campaign", "language"], name="campaign_script_once")
        ]

    def __str__(self) -> str:
        return f"CampaignScript {self.pk}"


class CallScript(OrganisationOwned):
    """The way through a script in one call: `path` is [{step, answer, at}], the key of a step and the number of its answer."""

    call = models.ForeignKey(
        "dialer.Call", on_delete=models.CASCADE, db_constraint=False, db_index=False, related_name="+"
    )
    version = models.ForeignKey(
        "dialer.ScriptVersion", on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="+"
    )
    path = models.JSONField(default=list)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "call"], name="call_script_once")]

    def __str__(self) -> str:
        return f"CallScript {self.pk}"
