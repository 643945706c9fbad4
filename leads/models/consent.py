"""What a lead agreed to, refused or took back: a ledger that only grows."""

from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.tenancy import OrganisationOwned, OrganisationQuerySet, scoped
from privacy.contact_facts import CONSENT_PURPOSES
from privacy.contact_words import CHANNELS, CONSENT_WORDS


class ConsentQuerySet(OrganisationQuerySet):
    def standing(self) -> Self:
        """The newest word for each lead, purpose and channel: what holds, or has expired since."""
        newest = ("lead", "purpose", "channel", "-obtained_at", "-id")
        return self.order_by(*newest).distinct("lead", "purpose", "channel")

    def newest_first(self) -> Self:
        return self.order_by("-obtained_at", "-id")


class Consent(OrganisationOwned):
    """One word of a lead on one purpose and one channel, as proof (DPDP Act 2023, section 6(10)).

    The newest row by `obtained_at` holds; what is to be corrected is said anew. The database refuses to change a row,
    except that a merge moves it to another lead and an erasure empties `wording` and `evidence`; and to delete it while
    its lead stands, except long after something newer holds (leads/migrations).
    """

    class State(models.TextChoices):
        GIVEN = "given", _("Agreed")
        REFUSED = "refused", _("Refused")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    class Source(models.TextChoices):
        CALL = "call", _("On a call")
        FORM = "form", _("By a form")
        MESSAGE = "message", _("By a message")
        LETTER = "letter", _("In writing")
        IMPORT = "import", _("List that was imported")
        API = "api", _("Another program")

    lead = models.ForeignKey(
        "leads.Lead", on_delete=models.CASCADE, db_constraint=False, db_index=False, related_name="consents"
    )
    purpose = models.CharField(_("purpose"), max_length=15, choices=CONSENT_WORDS)
    channel = models.CharField(_("channel"), max_length=10, choices=CHANNELS)
    state = models.CharField(_("state"), max_length=10, choices=State)
    source = models.CharField(_("source"), max_length=10, choices=Source)
    # What they were asked, or what they said.
    wording = models.CharField(_("wording"), max_length=500, blank=True)
    # Where the proof is: a number of a form, the id of a recording, a line of a register.
    evidence = models.CharField(_("reference of the proof"), max_length=200, blank=True)
    obtained_at = models.DateTimeField(_("obtained"))
    valid_until = models.DateTimeField(_("valid until"), null=True, blank=True)
    recorded_at = models.DateTimeField()
    # The member, or whose key it was; nobody, where a form wrote it.
    by = models.ForeignKey(
        "accounts.Membership",
        on_delete=models.PROTECT,
        null=True,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )

    objects: ClassVar[Any] = scoped(ConsentQuerySet)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(purpose__in=[str(purpose) for purpose in CONSENT_PURPOSES]), name="consent_purpose_known"
            ),
            models.CheckConstraint(condition=Q(obtained_at__lte=F("recorded_at")), name="consent_obtained_before"),
            models.CheckConstraint(
                condition=Q(valid_until=None) | Q(state="given", valid_until__gt=F("obtained_at")),
                name="consent_valid_after_given",
            ),
        ]
        indexes = [
            models.Index(
                fields=["organisation", "lead", "channel", "purpose", "-obtained_at", "-id"], name="consent_newest"
            )
        ]

    def __str__(self) -> str:
        return f"Consent {self.pk}"

    @property
    def is_in_force(self) -> bool:
        """Whether it allows what it is about now, being the newest."""
        return self.state == self.State.GIVEN and not self.is_expired

    @property
    def is_expired(self) -> bool:
        return self.valid_until is not None and self.valid_until <= timezone.now()

    @property
    def state_label(self) -> str:
        return str(_("Expired")) if self.is_expired else str(self.get_state_display())
