import datetime as dt

import pytest
from django.db import connection
from django.utils import timezone

from privacy import policies
from privacy.models import Policy

# What was published and accepted; a changed hash here means: add a new version instead.
PUBLISHED = {
    ("privacy", 1, "en"): "399ef17a1d122ff8c240d187d6022f5f6ddc9e47bbf9602cde8e2d2df05d5f8a",
    ("privacy", 1, "hi"): "f514f932d4a47af01575b2d603b7c1c9781b117d8e79f86c582805e638d56631",
    ("terms", 1, "en"): "d37c03f6ff4c756daeeafd6cf19301a53f280a0c91eaeca2d628b27c834484e0",
    ("terms", 1, "hi"): "5b109c98d75b209e84690503c2099b06f186cc869660edbe1c3ce91e9da93c0b",
    ("privacy", 2, "en"): "fac3ef5f83867deeb41873a1dcb0b00b6c0057ca151f82857e19b235d104cd54",
    ("privacy", 2, "hi"): "a7c1147d3550b14cf09acf30374c536109ed680411b11c3ea43089a3c1b7e0db",
    ("terms", 2, "en"): "66e3faab459e5a0913dbfacebd92278475c4dbc5f4517c90939b163cfb096ac2",
    ("terms", 2, "hi"): "8911856e73f046abb4b54822958bd6729deecd6098982a01a837bc0aac8c6bfe",
}


def test_published_texts_are_what_they_were_when_people_accepted_them(db):
    published = {(policy.kind, policy.version, policy.language): policy.sha256 for policy in Policy.objects.agreed()}

    assert published == PUBLISHED


def test_an_edited_text_is_refused(db):
    Policy.objects.filter(kind="terms", version=1, language="hi").update(sha256="0" * 64)

    with pytest.raises(policies.PolicyChanged, match="terms 1 hi"):
        policies.publish()


def test_publishing_twice_publishes_once(db):
    before = set(Policy.objects.values_list("pk", flat=True))

    policies.publish()

    assert set(Policy.objects.values_list("pk", flat=True)) == before
    assert {(policy.kind, policy.language) for policy in Policy.objects.all()} == {
        (kind, language) for kind in Policy.Kind.values for language in ("en", "hi")
    }


def coming(version: int = 3, **fields) -> Policy:
    body = "<p>New.</p>"
    tomorrow = timezone.now() + dt.timedelta(days=1)
    defaults = {"kind": "privacy", "language": "en", "sha256": Policy.digest(body), "effective_from": tomorrow}
    return Policy.objects.create(body=body, version=version, **(defaults | fields))


def test_a_version_holds_from_its_day_on(db):
    newer = coming()
    assert policies.in_force("privacy", "en").version == 1
    assert newer in policies.coming()

    Policy.objects.filter(pk=newer.pk).update(effective_from=timezone.now())

    assert policies.in_force("privacy", "en") == newer
    # There is no Hindi text of it yet: then the English one, never an older one.
    assert policies.in_force("privacy", "hi") == newer


def test_before_the_first_day_the_first_version_holds(db):
    Policy.objects.update(effective_from=timezone.now() + dt.timedelta(days=1), is_material=False)

    assert policies.in_force("terms", "hi").language == "hi"


def test_the_list_and_the_documents_are_public(client, db):
    assert client.get("/privacy/").status_code == 200
    page = client.get("/privacy/privacy/1/").content.decode()
    assert "Data Protection Board of India" in page
    assert policies.in_force("privacy", "en").sha256 in page


def test_a_document_is_shown_in_hindi(client, db):
    client.cookies["django_language"] = "hi"

    assert "शिकायत अधिकारी" in client.get("/privacy/privacy/1/").content.decode()


def test_an_old_version_says_that_another_one_holds(client, db):
    Policy.objects.filter(pk=coming().pk).update(effective_from=timezone.now())

    assert "Another version holds now." in client.get("/privacy/privacy/1/").content.decode()


def test_an_unknown_version_is_not_found(client, db):
    assert client.get("/privacy/privacy/9/").status_code == 404
    assert client.get("/privacy/recipe/1/").status_code == 404


def test_wrong_method(client, db):
    assert client.post("/privacy/").status_code == client.post("/privacy/terms/1/").status_code == 405


def test_before_there_is_a_table_nothing_is_published(db):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE NONE")
        cursor.execute("ALTER TABLE privacy_policy RENAME TO privacy_policy_of_old")
        policies.publish()
        cursor.execute("SELECT count(*) FROM privacy_policy_of_old")
        assert cursor.fetchone() >= (14,)
