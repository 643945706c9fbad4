"""A person the team wants to talk to."""

import datetime as dt
from decimal import Decimal
from typing import Any, ClassVar, Self

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models.functions import Coalesce, Collate, Lower
from django.db.models.lookups import Exact
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from accounts.tenancy import OrganisationOwned, OrganisationQuerySet, scoped
from leads.models.import_batch import ImportBatch
from leads.models.status import Status
from teams.visibility import sight_of

# Where leads without one stand in a list that is sorted by it.
NO_VALUE = Decimal(-1)
NEVER_CALLED = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
# Lists are read without the bin, so their indexes hold nothing of it, however full it is.
KEPT = models.Q(deleted_at=None)
# Languages beside the first one.
MOST_LANGUAGES = 5
# Wide enough for scores in percent and in thousandths.
HIGHEST_SCORE = 1000


class LeadLanguage(models.TextChoices):
    ENGLISH = "en", _("English")
    HINDI = "hi", _("Hindi")
    BENGALI = "bn", _("Bengali")
    GUJARATI = "gu", _("Gujarati")
    KANNADA = "kn", _("Kannada")
    MALAYALAM = "ml", _("Malayalam")
    MARATHI = "mr", _("Marathi")
    ODIA = "or", _("Odia")
    PUNJABI = "pa", _("Punjabi")
    TAMIL = "ta", _("Tamil")
    TELUGU = "te", _("Telugu")
    URDU = "ur", _("Urdu")


class LeadQuerySet(OrganisationQuerySet):
    def visible_to(self, member: Membership) -> Self:
        """Leads of the people whom `member` sees, and for all but a telecaller those of nobody (`teams.visibility`).

        A lead that a telecaller was handed by the queue is assigned to them when they are handed it.
        """
        return self.filter(sight_of(member).of_or_nobodys("assigned_to"))

    def open(self) -> Self:
        return self.filter(status__kind__in=[Status.Kind.OPEN, Status.Kind.ON_HOLD])


class KeptManager(models.Manager.from_queryset(LeadQuerySet)):  # type: ignore[misc]
    """The leads that are not in the bin."""

    def get_queryset(self) -> Any:
        return super().get_queryset().filter(deleted_at=None)


class Lead(OrganisationOwned):
    """One person, known by one E.164 number within the organisation.

    A deleted lead is in the bin: `Lead.objects` leaves it out, `Lead.everything` does not. What points at it (a call, a
    line of a timeline) still finds it.
    """

    Language = LeadLanguage

    name = models.CharField(_("name"), max_length=120, blank=True)
    phone = models.CharField(_("phone"), max_length=16)
    email = models.EmailField(_("e-mail"), blank=True)
    address = models.CharField(_("address"), max_length=200, blank=True)
    city = models.CharField(_("city"), max_length=80, blank=True)
    region = models.CharField(_("state"), max_length=80, blank=True)
    pin = models.CharField(_("PIN code"), max_length=10, blank=True)
    language = models.CharField(_("language"), max_length=2, choices=Language, blank=True)
    # Beside `language`, in which they are addressed first; see leads/languages.py.
    other_languages = ArrayField(
        models.CharField(max_length=2, choices=Language),
        default=list,
        db_default=models.Value([], output_field=ArrayField(models.CharField(max_length=2))),
        blank=True,
        verbose_name=_("further languages"),
    )
    source = models.CharField(_("source"), max_length=80, blank=True)
    legal_ground = models.CharField(_("legal ground"), max_length=20, blank=True)
    value = models.DecimalField(_("value"), max_digits=12, decimal_places=2, null=True, blank=True)
    # How promising somebody else finds the lead: an advertiser, another CRM, a person. Nothing of ours computes it.
    score = models.PositiveSmallIntegerField(
        _("score"), null=True, blank=True, validators=[MaxValueValidator(HIGHEST_SCORE)]
    )
    # Answers to the organisation's own questions, by key; see `leads.models.CustomField`.
    custom = models.JSONField(
        default=dict, db_default=models.Value({}, output_field=models.JSONField()), blank=True, editable=False
    )
    status = models.ForeignKey(
        "leads.Status",
        on_delete=models.PROTECT,
        db_constraint=False,
        related_name="+",
        db_index=False,
        verbose_name=_("status"),
    )
    # Why it is in a status that asks for a reason; empty in every other one.
    lost_reason = models.ForeignKey(
        "leads.StatusReason",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        db_constraint=False,
        db_index=False,
        related_name="+",
        editable=False,
        verbose_name=_("reason"),
    )
    assigned_to = models.ForeignKey(
        "accounts.Membership",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        db_constraint=False,
        db_index=False,
        related_name="+",
        verbose_name=_("owner"),
    )
    assigned_at = models.DateTimeField(null=True, blank=True, editable=False)
    import_batch = models.ForeignKey(
        "leads.ImportBatch",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        db_constraint=False,
        db_index=False,
        related_name="+",
        editable=False,
    )
    # Kept by the dialer, so that lists and gates need not count calls.
    attempts = models.PositiveSmallIntegerField(default=0, editable=False)
    connected = models.PositiveSmallIntegerField(default=0, editable=False)
    first_called_at = models.DateTimeField(null=True, editable=False)
    last_called_at = models.DateTimeField(null=True, editable=False)
    # A disposition of the dialer, which stands above this app: an id, named through jini.lib.lookups.
    last_disposition_id = models.UUIDField(null=True, editable=False)
    won_at = models.DateTimeField(null=True, editable=False)
    created_at = models.DateTimeField(editable=False)
    created_by = models.ForeignKey(
        "accounts.Membership",
        on_delete=models.PROTECT,
        null=True,
        db_constraint=False,
        db_index=False,
        related_name="+",
        editable=False,
    )
    deleted_at = models.DateTimeField(null=True, editable=False)
    deleted_by = models.ForeignKey(
        "accounts.Membership",
        on_delete=models.PROTECT,
        null=True,
        db_constraint=False,
        db_index=False,
        related_name="+",
        editable=False,
    )
    # A lead that was merged into another stands in the bin and is not offered to be restored; undoing brings it back.
    merged_into = models.ForeignKey(
        "self",
        on_delete=models.SET_NULL,
        null=True,
        db_constraint=False,
        db_index=False,
        related_name="+",
        editable=False,
    )
    # What is left of an erased person: no name, no number; it stays in the bin while calls refer to it.
    erased_at = models.DateTimeField(null=True, editable=False)
    updated_at = models.DateTimeField(auto_now=True)
    # Grows with every edit; a form that carries an older one is answered with 409 and both versions.
    version = models.PositiveIntegerField(default=1, editable=False)

    # Written by the database, and read by the search only: see leads/searching.py.
    search_text = models.GeneratedField(
        expression=models.Func("name", "email", "city", "phone", function="leads_search_text"),
        output_field=models.TextField(),
        db_persist=True,
    )

    tags = models.ManyToManyField("leads.Tag", through="leads.LeadTag", related_name="+")

    objects: ClassVar[Any] = scoped(manager=KeptManager)
    everything: ClassVar[Any] = scoped(LeadQuerySet)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "phone"], condition=models.Q(deleted_at=None), name="lead_phone_once"
            ),
            models.CheckConstraint(
                condition=models.Q(deleted_at=None, deleted_by=None)
                | models.Q(deleted_at__isnull=False, deleted_by__isnull=False),
                name="lead_deleted_at_and_by",
            ),
            models.CheckConstraint(
                condition=models.Q(merged_into=None) | models.Q(deleted_at__isnull=False), name="lead_merged_is_in_bin"
            ),
            models.CheckConstraint(
                condition=models.Q(erased_at=None)
                | models.Q(deleted_at__isnull=False, name="", email="", address="", phone="+000000"),
                name="lead_erased_is_empty",
            ),
            models.CheckConstraint(condition=models.Q(phone__regex=r"^\+[0-9]{6,15}$"), name="lead_phone_is_e164"),
            models.CheckConstraint(
                condition=models.Q(assigned_to=None, assigned_at=None)
                | models.Q(assigned_to__isnull=False, assigned_at__isnull=False),
                name="lead_assigned_to_and_at",
            ),
            models.CheckConstraint(
                condition=models.Q(score=None) | models.Q(score__range=(0, HIGHEST_SCORE)), name="lead_score_0_to_1000"
            ),
            models.CheckConstraint(
                condition=models.Q(connected__lte=models.F("attempts")), name="lead_connected_of_attempts"
            ),
            models.CheckConstraint(
                condition=models.Q(
                    Exact(models.Func("custom", function="jsonb_typeof", output_field=models.TextField()), "object")
                ),
                name="lead_custom_is_object",
            ),
            # Known ones, each once, and none where there is no first.
            models.CheckConstraint(
                condition=models.Q(other_languages=[])
                | ~models.Q(language="")
                & models.Q(other_languages__contained_by=LeadLanguage.values, other_languages__len__lte=MOST_LANGUAGES)
                & models.Q(
                    Exact(
                        models.Func(
                            models.Func("language", "other_languages", function="array_prepend"),
                            function="leads_all_different",
                            output_field=models.BooleanField(),
                        ),
                        True,  # noqa: FBT003 -- Django's signature
                    )
                ),
                name="lead_other_languages_fit",
            ),
        ]
        indexes = [
            models.Index(fields=["organisation", "-created_at", "-id"], name="lead_newest", condition=KEPT),
            models.Index(
                fields=["organisation", "assigned_to", "-created_at", "-id"],
                name="lead_newest_of_owner",
                condition=KEPT,
            ),
            # Counts, sums and narrows a column of the board by itself, up to the many leads that are counted.
            models.Index(
                fields=["organisation", "status", "-created_at", "-id"],
                name="lead_newest_in_status",
                include=["value", "assigned_to", "attempts"],
                condition=KEPT,
            ),
            # Also tells which sources there are, from one to the next (leads/sources.py).
            models.Index(
                fields=["organisation", "source", "-created_at", "-id"], name="lead_newest_of_source", condition=KEPT
            ),
            models.Index(
                fields=["organisation", "-deleted_at", "-id"],
                name="lead_in_bin",
                condition=models.Q(deleted_at__isnull=False),
            ),
            models.Index(
                fields=["organisation", "merged_into"],
                name="lead_merged",
                condition=models.Q(merged_into__isnull=False),
            ),
            # Read by the look for duplicates, leads/duplicates/: in the order of changes, by address, by city and name.
            models.Index(fields=["organisation", "updated_at", "id"], name="lead_by_change", condition=KEPT),
            models.Index("organisation", Lower("email"), name="lead_by_email", condition=KEPT & ~models.Q(email="")),
            models.Index(
                "organisation",
                models.Func("city", function="leads_folded"),
                Collate(models.Func("name", function="leads_folded"), "C"),
                name="lead_by_city_and_name",
                condition=KEPT & ~models.Q(city=""),
            ),
            models.Index(fields=["organisation", "won_at"], name="lead_won", condition=models.Q(won_at__isnull=False)),
            models.Index(
                fields=["organisation", "lost_reason", "-created_at", "-id"],
                name="lead_newest_of_reason",
                condition=models.Q(lost_reason__isnull=False),
            ),
            models.Index(
                fields=["organisation", "score", "id"],
                name="lead_by_score",
                condition=KEPT & models.Q(score__isnull=False),
            ),
            # One for each order of the list (leads/ordering.py).
            models.Index(fields=["organisation", "search_text", "id"], name="lead_by_name", condition=KEPT),
            models.Index(
                "organisation", Coalesce("value", models.Value(NO_VALUE)), "id", name="lead_by_value", condition=KEPT
            ),
            models.Index(
                "organisation",
                Coalesce("last_called_at", models.Value(NEVER_CALLED)),
                "id",
                name="lead_by_last_call",
                condition=KEPT,
            ),
            GinIndex(
                fields=["organisation", "search_text"], name="lead_by_text", opclasses=["uuid_ops", "gin_trgm_ops"]
            ),
            # Read by a function only: see leads/custom/narrowing.py.
            GinIndex(
                OpClass("organisation", "uuid_ops"),
                OpClass(models.Func("custom", function="leads_custom_folded"), "jsonb_path_ops"),
                name="lead_by_custom",
                condition=~models.Q(custom={}),
            ),
        ]

    def __str__(self) -> str:
        return f"Lead {self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("leads:lead", args=[self.pk])

    @property
    def display_name(self) -> str:
        """The name, or the number of a lead that came with its phone only."""
        return gettext("An erased person") if self.erased_at else self.name or self.phone

    @property
    def ground(self) -> str:
        """Why the person may be called, in words; empty where nobody said."""
        known = dict(ImportBatch.LegalGround.choices)
        return str(known.get(self.legal_ground, self.legal_ground))

    @property
    def first_name(self) -> str:
        return self.name.split()[0] if self.name else ""


class LeadPhone(OrganisationOwned):
    """A further number of a lead; the first one, which is called, stands on the lead itself.

    One that is not in use any more stays, so that who calls from it is known, and is not called.
    """

    class Kind(models.TextChoices):
        MOBILE = "mobile", _("Mobile")
        HOME = "home", _("Home")
        WORK = "work", _("Work")
        WHATSAPP = "whatsapp", _("WhatsApp")
        OTHER = "other", _("Other")

    lead = models.ForeignKey(
        "leads.Lead", on_delete=models.CASCADE, db_constraint=False, related_name="phones", db_index=False
    )
    phone = models.CharField(_("phone"), max_length=16)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.OTHER)
    is_active = models.BooleanField(_("in use"), default=True)
    position = models.PositiveSmallIntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "lead", "phone"], name="lead_phone_alternate_once"),
            models.CheckConstraint(condition=models.Q(phone__regex=r"^\+[0-9]{6,15}$"), name="lead_alternate_is_e164"),
        ]
        indexes = [
            models.Index(fields=["organisation", "phone"], name="lead_by_alternate"),
            GinIndex(
                fields=["organisation", "phone"],
                name="lead_by_alternate_digits",
                opclasses=["uuid_ops", "gin_trgm_ops"],
            ),
        ]

    def __str__(self) -> str:
        return f"LeadPhone {self.pk}"
