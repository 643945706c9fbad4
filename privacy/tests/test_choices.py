"""What people allow: off until given, one press each way, kept as it was, and obeyed from the next question on."""

import base64

import pytest
from bs4 import BeautifulSoup
from django.db import ProgrammingError, connection, transaction
from django.urls import reverse

from accounts.actions.pushing import NotAllowed, push_notice, subscribe
from accounts.actions.reminding import choice_of, remind, save_choice
from accounts.models import Membership, Notification, PushSubscription
from accounts.tenancy import acting_for
from jini.lib import choices
from privacy.actions.choosing import choose
from privacy.models import Choice

URL = "/me/privacy/choices/"
PURPOSES = ["marketing", "push"]


def given(user, purpose="push", is_given=True):
    return choose(user, purpose, is_given=is_given, wording="Yes.", place="page")


def switches(client):
    page = BeautifulSoup(client.get(URL).content, "html.parser")
    forms = [button.find_parent("form") for button in page.select("[role=switch]")]
    return {form.find("input", {"name": "purpose"})["value"]: form for form in forms}


def press(client, purpose, **headers):
    """What one press of a switch sends."""
    form = switches(client)[purpose]
    fields = {field["name"]: field["value"] for field in form.select("input[name]")}
    return client.post(form["action"], fields, headers=headers, REMOTE_ADDR="203.0.113.9")


def is_on(client, purpose):
    return switches(client)[purpose].find("button")["aria-checked"] == "true"


@pytest.mark.parametrize("purpose", PURPOSES)
def test_each_is_off_until_it_is_given_and_one_press_takes_it_back(client_of, telecaller, purpose):
    client = client_of(telecaller)
    assert not is_on(client, purpose)

    assert press(client, purpose).url == URL
    assert is_on(client, purpose)
    assert choices.is_given(telecaller.user, purpose)

    assert press(client, purpose).url == URL
    assert not is_on(client, purpose)
    assert not choices.is_given(telecaller.user, purpose)


def test_the_ledger_holds_words_language_time_place_address_and_browser(client_of, telecaller):
    telecaller.user.language = "hi"
    telecaller.user.save()

    press(client_of(telecaller), "marketing", **{"user-agent": "Firefox" * 100})

    row = Choice.objects.get()
    assert (row.user, row.purpose, row.state, row.place) == (telecaller.user, "marketing", "given", "page")
    assert row.language == "hi"
    assert row.wording == "मुझे प्रोडक्ट की खबरें भेजें।"
    assert (row.ip_address, row.user_agent) == ("203.0.113.9", ("Firefox" * 100)[:300])
    assert row.at is not None


def test_the_history_shows_every_choice(client_of, telecaller):
    client = client_of(telecaller)
    for _press in range(3):
        press(client, "marketing")

    rows = BeautifulSoup(client.get(URL).content, "html.parser").select("tbody tr")

    assert [row.th.contents[0].strip() for row in rows] == [
        f"News and offers: {state}" for state in ("Allowed", "Not allowed", "Allowed")
    ]


def test_saying_the_same_again_adds_nothing(telecaller):
    assert given(telecaller.user) == given(telecaller.user)
    assert Choice.objects.count() == 1


def test_a_choice_is_the_persons_own(client_of, telecaller, colleague):
    given(telecaller.user)

    assert not choices.is_given(colleague.user, "push")
    assert "Allowed" not in client_of(colleague).get(URL).content.decode().split("What I chose so far")[1]


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE privacy_choice SET state = 'withdrawn'",
        "UPDATE privacy_choice SET ip_address = NULL, user_agent = ''",
        "DELETE FROM privacy_choice",
    ],
)
def test_the_database_refuses_to_change_or_delete_a_choice(telecaller, change):
    given(telecaller.user)

    with (
        pytest.raises(ProgrammingError, match="permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(change)


@pytest.mark.parametrize(
    "forged",
    [
        {"purpose": "everything"},
        {"purpose": "cookies", "state": "given"},
        {"state": "always"},
        {"place": "sign_up"},
        {"purpose": ""},
    ],
)
def test_what_is_no_choice_is_refused_and_nothing_is_kept(client_of, telecaller, forged):
    sent = {"purpose": "push", "state": "given", "place": "page"} | forged

    assert client_of(telecaller).post(URL, sent).status_code == 422
    assert not Choice.objects.exists()


def test_the_way_on_is_a_page_of_ours(client_of, telecaller):
    client = client_of(telecaller)
    sent = {"purpose": "push", "state": "given", "place": "page"}

    assert client.post(URL, sent | {"next": "/today/"}).url == "/today/"
    assert client.post(URL, sent | {"next": "https://evil.example/"}).url == URL
    assert client.post(URL, sent | {"next": "//evil.example/"}).url == URL


@pytest.fixture
def keys(settings):
    settings.VAPID_PRIVATE_KEY = base64.urlsafe_b64encode(b"\x01" * 32).rstrip(b"=").decode()
    text = [base64.urlsafe_b64encode(b"\x04" * length).rstrip(b"=").decode() for length in (65, 16)]
    return dict(zip(("p256dh", "auth"), text, strict=True))


ENDPOINT = "https://fcm.googleapis.com/fcm/send/abc"


def test_without_the_choice_no_browser_is_kept_and_no_button_shown(client_of, scope, telecaller, keys):
    client, page = client_of(telecaller), reverse("accounts:reminder_choice")
    assert "data-jini-push=" not in client.get(page).content.decode()

    answer = client.post(reverse("accounts:devices"), {"endpoint": ENDPOINT, **keys})

    assert answer.status_code == 409
    assert not PushSubscription.objects.exists()
    given(telecaller.user)
    assert "data-jini-push=" in client.get(page).content.decode()
    assert client.post(reverse("accounts:devices"), {"endpoint": ENDPOINT, **keys}).status_code == 302


def test_withdrawing_forgets_the_browsers_of_every_organisation(client_of, telecaller, rival, keys):
    elsewhere = Membership.objects.create(organisation=rival, user=telecaller.user, role="telecaller")
    given(telecaller.user)
    for member in (telecaller, elsewhere):
        with acting_for(member.organisation):
            subscribe(endpoint=ENDPOINT, keys=keys, by=member)
            choice = choice_of(member)
            choice.by_push, choice.by_bell = True, False
            save_choice(choice, by=member)

    press(client_of(telecaller), "push")

    for member in (telecaller, elsewhere):
        with acting_for(member.organisation):
            assert not PushSubscription.objects.exists()
            assert (choice_of(member).by_push, choice_of(member).by_bell) == (False, True)
            with pytest.raises(NotAllowed):
                subscribe(endpoint=ENDPOINT, keys=keys, by=member)


def test_what_is_owed_when_push_is_withdrawn_is_not_sent(organisation, telecaller, keys, monkeypatch):
    sent = []
    monkeypatch.setattr("accounts.push.send", lambda *said: sent.append(said))
    given(telecaller.user)
    with acting_for(organisation):
        subscribe(endpoint=ENDPOINT, keys=keys, by=telecaller)
        choice = choice_of(telecaller)
        choice.by_push = True
        save_choice(choice, by=telecaller)
        notice = remind(telecaller, "follow_up.due", url="/", details={}, once="1")
        # The browser is put back by hand: the choice alone must be enough.
        row = PushSubscription.objects.get()
    given(telecaller.user, is_given=False)
    with acting_for(organisation):
        row.save(force_insert=True)

    push_notice(organisation, notice.pk)

    assert sent == []
    with acting_for(organisation):
        assert Notification.objects.get(pk=notice.pk).pushed_at is not None
