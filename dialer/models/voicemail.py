"""Messages that telecallers leave on answering machines: the recorded sounds, and each time one was left."""

import secrets
from typing import Any, ClassVar, Self

from django.conf import settings
from django.core.files.storage import FileSystemStorage
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.tenancy import OrganisationOwned, OrganisationQuerySet, scoped


def voicemail_storage() -> FileSystemStorage:
    """Outside of what a web server serves: the provider is given a signed address for a few minutes."""
    return FileSystemStorage(location=settings.MEDIA_ROOT / "voicemail", base_url=None)


def sound_name(_message: Any, _name: str) -> str:
    """Return a name that nobody can guess."""
    return secrets.token_hex(24)


class VoicemailQuerySet(OrganisationQuerySet):
    def offered(self) -> Self:
        """Messages that may be left, by their names."""
        return self.filter(removed_at=None).order_by("name", "pk")


class VoicemailMessage(OrganisationOwned):
    """A sound that was recorded beforehand. When it is removed its bytes go and the row stays, since calls name it."""

    name = models.CharField(_("name"), max_length=80)
    file = models.FileField(storage=voicemail_storage, upload_to=sound_name, max_length=100, blank=True)
    bytes = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    content_type = models.CharField(max_length=40)
    added_at = models.DateTimeField()
    added_by = models.ForeignKey(
        "accounts.Membership", on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="+"
    )
    removed_at = models.DateTimeField(null=True)
    removed_by = models.ForeignKey(
        "accounts.Membership",
        on_delete=models.PROTECT,
        null=True,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )

    objects: ClassVar[Any] = scoped(VoicemailQuerySet)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "organisation",
                models.functions.Lower("name"),
                condition=models.Q(removed_at=None),
                name="voicemail_name_once",
            ),
            models.CheckConstraint(
                condition=models.Q(removed_at=None, removed_by=None)
                | models.Q(removed_at__isnull=False, removed_by__isnull=False, file=""),
                name="voicemail_removed_at_and_by",
            ),
        ]

    def __str__(self) -> str:
        return f"VoicemailMessage {self.pk}"


class MessageDrop(OrganisationOwned):
    """A message that is left in a call. The row is there before the provider is asked, which happens once.

    UNCLEAR: the provider may have taken it; asked again, it would begin anew in the customer's ear.
    """

    class State(models.TextChoices):
        INTENT = "intent", _("About to be played")
        ASKED = "asked", _("Being played")
        PLAYED = "played", _("Left on the machine")
        UNCLEAR = "unclear", _("Perhaps left: the provider did not answer")
        REFUSED = "refused", _("Not left: the provider refused")

    call = models.ForeignKey(
        "dialer.Call", on_delete=models.CASCADE, db_constraint=False, db_index=False, related_name="+"
    )
    message = models.ForeignKey(
        "dialer.VoicemailMessage", on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="+"
    )
    state = models.CharField(max_length=10, choices=State, default=State.INTENT)
    code = models.CharField(max_length=40, blank=True)
    left_at = models.DateTimeField()
    left_by = models.ForeignKey(
        "accounts.Membership", on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="+"
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "call"], name="message_drop_once_of_call")]

    def __str__(self) -> str:
        return f"MessageDrop {self.pk}"
