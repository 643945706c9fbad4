"""A person who signs in; an organisation knows them through a membership."""

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from accounts.former import name_behind
from jini.lib.ids import uuid7


class UserManager(BaseUserManager["User"]):
    """Creates people by e-mail address."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


class User(AbstractUser):
    """A person with an e-mail address, a language and a theme."""

    class Theme(models.TextChoices):
        AUTO = "auto", _("As the device")
        LIGHT = "light", _("Light")
        DARK = "dark", _("Dark")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    username = None  # type: ignore[assignment]
    email = models.EmailField(_("e-mail"), unique=True)
    phone = models.CharField(_("phone"), max_length=20, blank=True)
    language = models.CharField(_("language"), max_length=2, default="en", choices=[("en", "English"), ("hi", "हिन्दी")])
    theme = models.CharField(_("theme"), max_length=5, choices=Theme, default=Theme.AUTO)
    uses_shortcuts = models.BooleanField(_("keyboard shortcuts"), default=True)
    # When the person was erased, or from when this row stands for somebody who left (`accounts.former`).
    erased_at = models.DateTimeField(null=True, editable=False)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects = UserManager()  # type: ignore[assignment,misc]

    class Meta:
        constraints = [
            models.UniqueConstraint(Lower("email"), name="user_email_once_in_any_case"),
            models.CheckConstraint(
                condition=models.Q(erased_at=None)
                | models.Q(is_active=False, first_name="", last_name="", phone="", last_login=None)
                # As `set_unusable_password` leaves it.
                & models.Q(email__endswith="@former.invalid", password__startswith="!"),  # noqa: S106 -- it is none
                name="user_erased_is_nobody",
            ),
        ]

    def __str__(self) -> str:
        return f"User {self.pk}"

    @property
    def display_name(self) -> str:
        return name_of(self.first_name, self.last_name, self.email)

    @property
    def initials(self) -> str:
        return "".join(word[0] for word in self.display_name.split()[:2]).upper()


def name_of(first_name: str, last_name: str, email: str) -> str:
    """Return what a user is called: their name or, without one, what stands before the @ of their address.

    Whoever left for good is called by a number, in the active language.
    """
    return f"{first_name} {last_name}".strip() or name_behind(email) or email.partition("@")[0]
