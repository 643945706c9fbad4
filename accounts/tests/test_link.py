import datetime as dt

import pytest
from django.utils import timezone

from accounts.models import Organisation, SignInLink
from accounts.tests.factories import make_user


@pytest.fixture
def demo(organisation):
    Organisation.objects.filter(pk=organisation.pk).update(is_demo=True)


@pytest.fixture
def url(demo, manager):
    return f"/accounts/link/{SignInLink.issue(manager.user)}/"


def test_the_page_names_the_person_and_signs_nobody_in(client, url):
    response = client.get(url)

    assert "Sign in as Meera Iyer" in response.content.decode()
    assert "_auth_user_id" not in client.session
    assert SignInLink.objects.usable().count() == 1


def test_the_button_signs_the_person_in_once(client, url, manager):
    response = client.post(url)

    assert response.url == "/"
    assert client.session["_auth_user_id"] == str(manager.user.pk)
    assert client.post(url).status_code == client.get(url).status_code == 410


def test_an_expired_link_signs_nobody_in(client, url):
    SignInLink.objects.update(expires_at=timezone.now() - dt.timedelta(seconds=1))

    assert client.post(url).status_code == 410
    assert "_auth_user_id" not in client.session


def test_a_link_of_somebody_outside_the_demonstration_signs_nobody_in(client, db):
    url = f"/accounts/link/{SignInLink.issue(make_user())}/"

    assert client.post(url).status_code == 410


def test_an_unknown_link_says_so(client, db):
    assert client.get("/accounts/link/made-up/").status_code == 410


def test_wrong_method(client, url):
    assert client.put(url).status_code == 405
