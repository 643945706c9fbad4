"""API keys in Settings: shown once, kept as a digest, revoked at once."""

import re

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.actions.api_keys import create_key
from accounts.actions.people import AboveOwnRole
from accounts.models import ApiKey, AuditEntry
from accounts.tenancy import acting_for
from accounts.tests.api import Program

URL = reverse("accounts:api_keys")


def test_a_key_is_shown_once_works_and_is_revoked(client_of, admin, manager):
    client = client_of(admin)

    page = client.post(URL, {"name": "Website form", "member": manager.pk})
    token = re.search(r'value="(jini_key_[^"]+)"', page.content.decode())[1]

    assert Program(token).get("me/").json()["id"] == str(manager.pk)
    with acting_for(admin.organisation):
        key = ApiKey.objects.get()
        assert token not in str(vars(key))
        assert (key.token_end, key.last_used_at is not None) == (token[-4:], True)
    assert token not in client.get(URL).content.decode()
    client.post(reverse("accounts:api_key_revocation", args=[key.pk]))
    client.post(reverse("accounts:api_key_revocation", args=[key.pk]))
    assert Program(token).get("me/").status_code == 401
    with acting_for(admin.organisation):
        verbs = AuditEntry.objects.filter(subject_id=key.pk).order_by("at").values_list("verb", flat=True)
        assert list(verbs) == ["api_key.created", "api_key.revoked"]


def test_others_do_not_come_in_and_an_empty_form_is_refused(client_of, manager, telecaller, admin):
    assert client_of(manager).get(URL).status_code == 403
    assert client_of(telecaller).post(URL, {}).status_code == 403
    assert client_of(admin).post(URL, {}).status_code == 422


def test_nobody_makes_a_key_for_a_role_above_their_own(client_of, admin, owner, scope):
    assert client_of(admin).post(URL, {"name": "x", "member": owner.pk}).status_code == 422
    with pytest.raises(AboveOwnRole):
        create_key("x", for_member=owner, by=admin)


def test_a_member_of_another_organisation_is_not_offered(client_of, admin, outsider):
    assert client_of(admin).post(URL, {"name": "x", "member": outsider.pk}).status_code == 422


def test_who_revoked_a_key_stands_beside_when(scope, admin):
    key, _ = create_key("x", for_member=admin, by=admin)

    with pytest.raises(IntegrityError), transaction.atomic():
        ApiKey.objects.filter(pk=key.pk).update(revoked_at=timezone.now())
