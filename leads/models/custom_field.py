"""Fields that an organisation adds to its leads."""

import re
from typing import Any, ClassVar, Self

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.tenancy import OrganisationOwned, OrganisationQuerySet, scoped
from jini.lib.bilingual import Bilingual

# More questions than anybody answers.
MOST_FIELDS = 50


class CustomFieldQuerySet(OrganisationQuerySet):
    def in_order(self) -> Self:
        return self.filter(is_active=True).order_by("position", "number")


class CustomField(Bilingual, OrganisationOwned):
    """A question that the organisation asks of every lead; `Lead.custom` holds the answers by its `key`.

    A value is text: of a number or an amount its digits ("12.5"), of a date ISO 8601, of a phone E.164, of yes and no
    "1" and "0", of a choice its key. Of several choices it is the list of their keys. What is not known is not there.
    """

    class Kind(models.TextChoices):
        TEXT = "text", _("Text")
        NUMBER = "number", _("Number")
        MONEY = "money", _("Amount in rupees")
        DATE = "date", _("Date")
        CHOICE = "choice", _("One of several choices")
        CHOICES = "choices", _("Any of several choices")
        PHONE = "phone", _("Phone")
        EMAIL = "email", _("E-mail")
        URL = "url", _("Web address")
        YES_NO = "yes_no", _("Yes or no")

    CHOOSING = frozenset({Kind.CHOICE, Kind.CHOICES})
    MEASURING = frozenset({Kind.NUMBER, Kind.MONEY, Kind.DATE})

    number = models.PositiveSmallIntegerField(editable=False)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.TEXT)
    # [{key, name, name_hi, is_active}] in their order; a key is never given twice, so that old values keep their meaning.
    choices = models.JSONField(default=list, blank=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    is_required = models.BooleanField(_("required"), default=False)
    is_active = models.BooleanField(_("in use"), default=True)

    objects: ClassVar[Any] = scoped(CustomFieldQuerySet)

    class Meta:
        constraints = [
            models.UniqueConstraint("organisation", models.functions.Lower("name"), name="custom_field_name_once"),
            models.UniqueConstraint(fields=["organisation", "number"], name="custom_field_number_once"),
        ]

    def __str__(self) -> str:
        return f"CustomField {self.pk}"

    @property
    def key(self) -> str:
        """Its name in `Lead.custom`, in a query string, and in a mapping or a list of columns.

        It begins with a letter: Django takes a key of digits for a place in an array.
        """
        return f"f{self.number}"

    @property
    def word(self) -> str:
        """What stands for it in a script: its English name, with "_" between the words."""
        return "_".join(re.findall(r"\w+", self.name.lower()))

    @property
    def has_choices(self) -> bool:
        return self.kind in self.CHOOSING

    def labels(self, *, kept: Any = ()) -> dict[str, str]:
        """Return {key: label} of the choices in use, and of those in `kept`, in the language of the page."""
        is_hindi = (get_language() or "").startswith("hi")
        return {
            choice["key"]: (choice["name_hi"] if is_hindi else "") or choice["name"]
            for choice in self.choices
            if choice["is_active"] or choice["key"] in kept
        }
