"""How a member wants to be reminded."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.tenancy import OrganisationOwned


class ReminderChoice(OrganisationOwned):
    """One row of each member who chose; without a row the defaults of the columns hold."""

    class Minutes(models.IntegerChoices):
        AT_ONCE = 0, _("When it is due")
        FIVE = 5, _("5 minutes before")
        TEN = 10, _("10 minutes before")
        FIFTEEN = 15, _("15 minutes before")
        THIRTY = 30, _("30 minutes before")

    # What may be chosen at most: work for a reminder is owed this long before the time.
    LONGEST = Minutes.THIRTY

    member = models.ForeignKey(
        "accounts.Membership", on_delete=models.CASCADE, db_constraint=False, db_index=False, related_name="+"
    )
    by_bell = models.BooleanField(_("Under the bell"), default=True)
    by_mail = models.BooleanField(_("By e-mail"), default=False)
    by_push = models.BooleanField(_("By push message"), default=False)
    minutes_before = models.PositiveSmallIntegerField(
        _("Remind me of a follow-up"), choices=Minutes, default=Minutes.TEN
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "member"], name="reminder_choice_once"),
            models.CheckConstraint(
                condition=models.Q(minutes_before__in=[0, 5, 10, 15, 30]), name="reminder_choice_minutes"
            ),
        ]

    def __str__(self) -> str:
        return f"ReminderChoice {self.pk}"
