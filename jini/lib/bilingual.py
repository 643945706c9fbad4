"""Labels that an organisation writes itself, in English and Hindi."""

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _


class Bilingual(models.Model):
    """A row with a name in English and, optionally, in Hindi."""

    name = models.CharField(_("name"), max_length=60)
    name_hi = models.CharField(_("name in Hindi"), max_length=60, blank=True)

    class Meta:
        abstract = True

    @property
    def label(self) -> str:
        """The name in the language of the page; English where no Hindi name was given."""
        return self.name_hi if self.name_hi and (get_language() or "").startswith("hi") else self.name
