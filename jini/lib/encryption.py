"""Fields that are ciphertext at rest and fail closed: a wrong key raises, it never returns the ciphertext."""

import functools
import json
from typing import TYPE_CHECKING, Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import models

if TYPE_CHECKING:
    TextColumn = models.TextField[str, str]
    DocumentColumn = models.TextField[Any, Any]
else:
    TextColumn = DocumentColumn = models.TextField


class Undecipherable(Exception):
    """None of FIELD_KEYS opens a stored value."""


@functools.cache
def _keys(field_keys: tuple[str, ...]) -> MultiFernet:
    if not field_keys:
        raise ImproperlyConfigured("FIELD_KEYS must hold at least one Fernet key")
    return MultiFernet([Fernet(key) for key in field_keys])


def encrypt(text: str) -> str:
    """Return `text` as a Fernet token under the newest key of FIELD_KEYS."""
    return _keys(tuple(settings.FIELD_KEYS)).encrypt(text.encode()).decode()


def decrypt(token: str) -> str:
    """Return the text of `token`; raise `Undecipherable` when no key of FIELD_KEYS fits."""
    try:
        return _keys(tuple(settings.FIELD_KEYS)).decrypt(token.encode()).decode()
    except InvalidToken as error:
        raise Undecipherable("the value was written under a key that FIELD_KEYS no longer holds") from error


def new_key() -> str:
    """Return a key of its own for what is sealed apart; without it nobody opens that, whatever FIELD_KEYS holds."""
    return Fernet.generate_key().decode()


def seal(key: str, content: bytes) -> str:
    """Return `content` as a Fernet token under `key`."""
    return Fernet(key).encrypt(content).decode()


class EncryptedTextField(TextColumn):
    """Text, stored as a Fernet token; the empty string is stored as it is."""

    def from_db_value(self, value: str | None, *_args: Any) -> str | None:
        return decrypt(value) if value else value

    def get_prep_value(self, value: Any) -> Any:
        value = super().get_prep_value(value)
        return encrypt(value) if value else value


class EncryptedJSONField(DocumentColumn):
    """A JSON document, stored as a Fernet token."""

    def from_db_value(self, value: str | None, *_args: Any) -> Any:
        return json.loads(decrypt(value)) if value else None

    def to_python(self, value: Any) -> Any:
        return value

    def get_prep_value(self, value: Any) -> Any:
        return None if value is None else encrypt(json.dumps(value))
