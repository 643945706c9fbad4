"""The password once more, before what gives everything away."""

import time

import pytest
from django.http import HttpResponse
from django.urls import include, path

from accounts.permissions import Permission, requires
from accounts.step_up import with_step_up
from accounts.tests.factories import PASSWORD


@requires(Permission.PROFILE_EDIT)
@with_step_up
def give_away(request):
    return HttpResponse(request.method)


urlpatterns = [path("", include("jini.urls")), path("give-away/", give_away)]
PAGE, ASKING = "/give-away/", "/accounts/reauthenticate/?next=%2Fgive-away%2F"


@pytest.fixture(autouse=True)
def addresses(settings):
    settings.ROOT_URLCONF = __name__


@pytest.fixture
def client(client_of, telecaller):
    return client_of(telecaller)


def test_the_page_is_shown_and_its_button_asks_for_the_password(client):
    assert client.get(PAGE).status_code == 200
    assert client.post(PAGE).url == ASKING
    assert "Your password once more" in client.get(ASKING).content.decode()


def test_who_gave_it_goes_on_for_ten_minutes(client, settings):
    assert client.post(ASKING, {"password": PASSWORD}).url == PAGE
    assert client.post(PAGE).content == b"POST"

    session = client.session
    for record in session["account_authentication_methods"]:
        record["at"] = time.time() - settings.ACCOUNT_REAUTHENTICATION_TIMEOUT - 1
    session.save()
    assert client.post(PAGE).url == ASKING


def test_a_wrong_password_opens_nothing(client):
    answer = client.post(ASKING, {"password": "not this one"})

    assert answer.status_code == 422
    assert client.post(PAGE).url == ASKING


def test_who_has_no_password_is_not_asked_for_one(client_of, telecaller):
    telecaller.user.set_unusable_password()
    telecaller.user.save()

    assert client_of(telecaller).post(PAGE).content == b"POST"
