"""Encrypted fields fail closed."""

import pytest
from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured
from django.db import connection

from dialer.models import TelephonyAccount
from jini.lib.encryption import Undecipherable, decrypt, encrypt


def test_what_is_encrypted_can_be_read_again():
    assert decrypt(encrypt("AAPFU0939F")) == "AAPFU0939F"


def test_a_wrong_key_raises_and_never_returns_the_ciphertext(settings):
    token = encrypt("secret")
    settings.FIELD_KEYS = [Fernet.generate_key().decode()]

    with pytest.raises(Undecipherable):
        decrypt(token)


def test_an_older_key_still_reads_after_a_rotation(settings):
    token = encrypt("secret")
    settings.FIELD_KEYS = [Fernet.generate_key().decode(), *settings.FIELD_KEYS]

    assert decrypt(token) == "secret"


def test_no_key_at_all_refuses(settings):
    settings.FIELD_KEYS = []

    with pytest.raises(ImproperlyConfigured):
        encrypt("secret")


def test_credentials_are_ciphertext_in_the_database(scope):
    account = TelephonyAccount.objects.get()
    secret = account.credentials["secret"]

    with connection.cursor() as cursor:
        cursor.execute("SELECT credentials FROM dialer_telephonyaccount")
        stored = cursor.fetchone()[0]

    assert secret not in stored
    assert TelephonyAccount.objects.get().credentials == {"secret": secret}


def test_an_empty_text_stays_empty_and_a_text_comes_back(organisation):
    organisation.pan = "AAPFU0939F"
    organisation.save()
    organisation.refresh_from_db()

    assert organisation.pan == "AAPFU0939F"
    assert organisation.masked_pan == "AAPFUXXXXF"
