import re
import threading
import time

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.db import connection, transaction

from accounts.actions.joining import EmailTaken, sign_up
from accounts.models import Membership, Organisation, User
from accounts.permissions import Role
from accounts.tests.factories import make_user

URL = "/accounts/sign-up/"


def answers(client, **changes):
    read = client.get(URL).context["acceptance"].initial["read"]
    return {
        "name": "Kiran Rooftop Solar",
        "time_zone": "Asia/Kolkata",
        "first_name": "Vikram",
        "last_name": "Desai",
        "email": "Vikram@Kiran.example",
        "password": "three ordinary words",
        "accepts_privacy": "on",
        "accepts_terms": "on",
        "read": read,
    } | changes


def test_an_organisation_is_created_with_its_owner_and_what_every_new_one_is_given(client, db):
    response = client.post(URL, answers(client, phone="90000 00001", pin="411 004", gstin="27aapfu0939f1zv"))

    assert response.url == "/accounts/confirm-email/"
    owner = Membership.objects.get()
    assert (owner.role, owner.user.email, owner.user.display_name) == (
        Role.OWNER,
        "vikram@kiran.example",
        "Vikram Desai",
    )
    organisation = Organisation.objects.get()
    assert (organisation.phone, organisation.pin, organisation.gstin) == ("+919000000001", "411004", "27AAPFU0939F1ZV")


def test_every_box_is_unticked_at_first(client, db):
    assert "checked" not in client.get(URL).content.decode()


@pytest.mark.parametrize("box", ["accepts_privacy", "accepts_terms"])
def test_without_a_box_ticked_nothing_is_created(client, db, box):
    response = client.post(URL, {**answers(client), box: ""})

    assert response.status_code == 422
    assert list(response.context["form"].errors) == [box]
    assert not User.objects.exists()


def test_a_document_that_changed_meanwhile_must_be_read_first(client, db):
    response = client.post(URL, answers(client, read="privacy.0 terms.0"))

    assert response.status_code == 422
    assert "has changed meanwhile" in response.content.decode()
    assert client.post(URL, answers(client)).status_code == 302


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("email", "vikram"),
        ("password", "short"),
        ("password", "vikram@kiran"),
        ("phone", "98X00 12345"),
        ("pin", "4110"),
        ("gstin", "27AAPFU0939F1ZX"),
        ("pan", "AAPFU939F"),
        ("time_zone", "Mars/Olympus"),
        ("region", "Atlantis"),
    ],
)
def test_a_wrong_field_is_named_and_nothing_is_created(client, db, field, value):
    response = client.post(URL, answers(client, **{field: value}))

    assert response.status_code == 422
    assert list(response.context["form"].errors) == [field]
    assert not User.objects.exists()
    assert not Organisation.objects.exists()


def test_a_pan_must_be_the_one_within_the_gstin(client, db):
    response = client.post(URL, answers(client, gstin="27AAPFU0939F1ZV", pan="AAPFU0938F"))

    assert list(response.context["form"].errors) == ["pan"]


def test_the_pan_is_encrypted_in_the_database(client, db):
    client.post(URL, answers(client, pan="AAPFU0939F"))

    assert Organisation.objects.get().pan == "AAPFU0939F"
    assert Organisation.objects.extra(select={"raw": "pan"}).values_list("raw", flat=True).get().startswith("gAAAA")


def test_the_address_must_be_confirmed_before_anything_is_shown(client, db):
    client.post(URL, answers(client))
    assert client.get("/me/profile/").status_code == 302

    link = re.search(r"http://testserver(/accounts/confirm-email/\S+)", mail.outbox[0].body)[1]
    assert client.get(link).status_code == 200
    response = client.post(link)

    assert response.url == "/"
    assert EmailAddress.objects.get().verified
    assert client.session["_auth_user_id"] == str(User.objects.get().pk)


def test_a_known_address_gets_the_same_answer_and_a_message(client, db):
    make_user(email="vikram@kiran.example")

    response = client.post(URL, answers(client))

    assert response.url == "/accounts/confirm-email/"
    assert User.objects.count() == 1
    assert mail.outbox[0].subject == "You have an account already"


@pytest.mark.django_db(transaction=True)
def test_two_who_sign_up_with_one_address_in_the_same_moment_make_one_account():
    """Both look before either inserts; the unique address lets one through, and the other gets the usual answer."""
    ends = []

    class Nothing:
        """What a sign-up accepts; nothing here."""

        def record(self, user, **seen):
            pass

    def sign_up_now():
        try:
            person = {"email": "twice@mail.example", "password": "x" * 12, "first_name": "A", "last_name": "B"}
            sign_up(person=person, organisation={"name": "Twice"}, accepted=Nothing(), seen={})
            ends.append("made")
        except EmailTaken:
            ends.append("taken")
        finally:
            connection.close()

    # A lock that both wait for after their look, when they insert.
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("LOCK TABLE accounts_user IN SHARE ROW EXCLUSIVE MODE")
        threads = [threading.Thread(target=sign_up_now) for __ in range(2)]
        for thread in threads:
            thread.start()
        until_waiting(cursor, 2)
    for thread in threads:
        thread.join(timeout=30)

    assert sorted(ends) == ["made", "taken"]
    assert User.objects.filter(email="twice@mail.example").count() == 1


def until_waiting(cursor, count):
    """Wait until `count` others wait for a lock of this database."""
    for __ in range(400):
        cursor.execute("SELECT count(*) FROM pg_locks WHERE relation = 'accounts_user'::regclass AND NOT granted")
        if cursor.fetchone()[0] >= count:
            return
        time.sleep(0.05)
    raise AssertionError("they never came so far")


def test_too_many_tries_from_one_address_are_refused(client, db):
    data = answers(client)
    for number in range(20):
        client.post(URL, data | {"email": f"person{number}@mail.example", "password": "short"})

    assert client.post(URL, data).status_code == 429


def test_wrong_method(client, db):
    assert client.put(URL).status_code == 405
