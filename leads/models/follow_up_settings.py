"""What this organisation has agreed on for its follow-ups."""

from django.core.validators import MaxValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.tenancy import OrganisationOwned


class FollowUpSettings(OrganisationOwned):
    """One row of each organisation; without it the defaults of the columns hold."""

    anyone_after_minutes = models.PositiveSmallIntegerField(
        _("Minutes after which anyone may take a follow-up"),
        default=30,
        validators=[MaxValueValidator(10_080)],
        help_text=_("Counted from when it was due. 0: it stays with the person."),
    )
    callbacks_per_hour = models.PositiveSmallIntegerField(
        _("Callbacks of one telecaller in an hour"),
        default=6,
        validators=[MaxValueValidator(120)],
        help_text=_("In a full hour no callback can be promised. 0: no limit."),
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation"], name="follow_up_settings_once")]

    def __str__(self) -> str:
        return f"FollowUpSettings {self.pk}"

    @classmethod
    def current(cls) -> "FollowUpSettings":
        """Return the settings of the open scope's organisation, unsaved with the defaults while it has none."""
        found: FollowUpSettings | None = cls.objects.first()
        return found or cls()
