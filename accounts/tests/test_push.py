"""Push messages: which browsers take part, what is sent to them, once, and to no other host."""

import base64
import json

import http_ece
import pytest
import requests
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from accounts import notices, push
from accounts.actions.pushing import PUSH, push_notice, subscribe
from accounts.actions.reminding import choice_of, remind, save_choice
from accounts.models import DueTask, PushSubscription
from accounts.tenancy import acting_for
from jini.lib import choices
from jini.lib.work import handler_of

PAGE = reverse("accounts:reminder_choice")
DEVICES = reverse("accounts:devices")
ENDPOINT = "https://fcm.googleapis.com/fcm/send/abc"
SECRET = b"sixteen bytes ok"
BROWSER = ec.generate_private_key(ec.SECP256R1())


def text(value):
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


KEYS = {
    "p256dh": text(BROWSER.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)),
    "auth": text(SECRET),
}


@pytest.fixture(autouse=True)
def ground(monkeypatch, settings):
    monkeypatch.setattr(choices, "_askers", [lambda _user, purpose: purpose == choices.PUSH])
    monkeypatch.setattr(notices, "_kinds", {})
    notices.register("test.due", lambda _member, details: ["Call Kavita now"] * len(details))
    settings.VAPID_PRIVATE_KEY = text(b"\x01" * 32)


@pytest.fixture
def posted(monkeypatch):
    """What would go out, and the status that the push service answers with."""
    sent = {"posts": [], "status": 201}

    def post(_session, url, *, data=None, headers=None, **more):
        assert not connection.in_atomic_block or sent.get("in_test")
        sent["posts"].append((url, data, headers, more))
        answer = requests.Response()
        answer.status_code = sent["status"]
        return answer

    monkeypatch.setattr(requests.Session, "post", post)
    return sent


def owed(organisation, member, endpoint=ENDPOINT):
    with acting_for(organisation):
        subscribe(endpoint=endpoint, keys=KEYS, by=member)
        choice = choice_of(member)
        choice.by_push = True
        save_choice(choice, by=member)
        return remind(member, "test.due", url="/follow-ups/", details={}, once="1")


@pytest.mark.django_db(transaction=True)
def test_a_reminder_goes_out_encrypted_once_and_outside_of_a_transaction(organisation, telecaller, posted):
    notice = owed(organisation, telecaller)
    assert DueTask.objects.get(task=PUSH).subject_id == notice.pk

    for _again in range(2):
        assert handler_of(PUSH).run(organisation, notice.pk) is None

    ((url, data, headers, _more),) = posted["posts"]
    assert url == ENDPOINT
    assert b"Kavita" not in data
    said = json.loads(http_ece.decrypt(data, private_key=BROWSER, auth_secret=SECRET))
    assert said == {"text": "Call Kavita now", "url": "/follow-ups/", "tag": str(notice.pk)}
    assert "vapid" in {name.lower(): value for name, value in headers.items()}["authorization"].lower()


@pytest.mark.parametrize(("status", "left"), [(404, 0), (410, 0), (500, 1), (429, 1), (201, 1)])
def test_a_browser_that_is_gone_is_forgotten(organisation, telecaller, posted, status, left):
    posted |= {"status": status, "in_test": True}
    notice = owed(organisation, telecaller)

    push_notice(organisation, notice.pk)

    with acting_for(organisation):
        assert PushSubscription.objects.count() == left


def test_a_service_that_does_not_answer_keeps_the_browser(organisation, telecaller, monkeypatch):
    def refuse(*_args, **_more):
        raise requests.ConnectionError

    monkeypatch.setattr(requests.Session, "post", refuse)
    notice = owed(organisation, telecaller)
    push_notice(organisation, notice.pk)

    with acting_for(organisation):
        assert PushSubscription.objects.count() == 1


@pytest.mark.parametrize(
    "endpoint",
    [
        "",
        "http://fcm.googleapis.com/fcm/send/abc",
        "https://127.0.0.1/x",
        "https://169.254.169.254/latest/",
        "https://[::1]/x",
        "https://localhost/x",
        "https://fcm.googleapis.com.evil.example/x",
        "https://evilfcm.googleapis.com/x",
        "https://fcm.googleapis.com:8443/x",
        "https://user@fcm.googleapis.com/x",
        "https://evil.example/#fcm.googleapis.com",
        "https://fcm.googleapis.com:x/",
        "ftp://fcm.googleapis.com/",
    ],
)
def test_no_other_host_is_ever_asked(client_of, scope, telecaller, posted, endpoint):
    answer = client_of(telecaller).post(DEVICES, {"endpoint": endpoint, **KEYS})

    assert answer.status_code == 422
    assert not PushSubscription.objects.exists()
    assert push.send(endpoint, KEYS, {}) is push.Answer.GONE
    assert posted["posts"] == []


@pytest.mark.parametrize("host", ["updates.push.services.mozilla.com", "web.push.apple.com", "wns2.notify.windows.com"])
def test_the_services_of_the_browsers_are_trusted(host):
    assert push.is_trusted(f"https://{host}/some/where")


@pytest.mark.parametrize("keys", [{}, {"p256dh": "AA"}, {"auth": "!"}, {"auth": "é"}, {"p256dh": KEYS["auth"]}])
def test_keys_that_are_none_are_refused(client_of, scope, telecaller, keys):
    sent = {"endpoint": ENDPOINT} | (KEYS | keys if keys else {})

    assert client_of(telecaller).post(DEVICES, sent).status_code == 422


def test_a_browser_says_so_and_is_removed(client_of, scope, telecaller, colleague):
    client = client_of(telecaller)
    assert client.get(DEVICES).status_code == 405
    page = client.get(PAGE).content.decode()
    assert f'data-jini-push="{push.public_key()}"' in page
    assert len(base64.urlsafe_b64decode(push.public_key() + "=")) == 65

    assert client.post(DEVICES, {"endpoint": ENDPOINT, **KEYS}).url == PAGE

    device = PushSubscription.objects.get()
    assert (device.endpoint, device.keys) == (ENDPOINT, KEYS)
    assert choice_of(telecaller).by_push
    with connection.cursor() as cursor:
        cursor.execute("SELECT endpoint || keys FROM accounts_pushsubscription")
        assert "googleapis" not in cursor.fetchone()[0]
    address = reverse("accounts:device_removal", args=[device.pk])
    assert client_of(colleague).post(address).status_code == 404
    assert client.post(address).url == PAGE
    assert not PushSubscription.objects.exists()


def test_a_browser_belongs_to_who_said_so_last_and_ten_are_enough(scope, telecaller, colleague):
    subscribe(endpoint=ENDPOINT, keys=KEYS, by=telecaller)
    subscribe(endpoint=ENDPOINT, keys=KEYS, by=colleague)
    assert PushSubscription.objects.get().member == colleague
    for number in range(12):
        subscribe(endpoint=f"{ENDPOINT}{number}", keys=KEYS, by=telecaller)

    assert PushSubscription.objects.filter(member=telecaller).count() == 10
    with pytest.raises(IntegrityError, match="push_subscription_once"), transaction.atomic():
        PushSubscription.objects.update(endpoint_digest="x")


def test_without_keys_it_is_not_offered_and_the_choice_is_kept(client_of, scope, telecaller, settings):
    choice = choice_of(telecaller)
    choice.by_push = True
    save_choice(choice, by=telecaller)
    settings.VAPID_PRIVATE_KEY = ""
    client = client_of(telecaller)

    page = client.get(PAGE).content.decode()

    assert "no keys for push messages" in page
    assert "by_push" not in page
    assert client.post(DEVICES, {"endpoint": ENDPOINT, **KEYS}).status_code == 422
    client.post(PAGE, {"minutes_before": "5", "by_bell": "on"})
    assert (choice_of(telecaller).by_push, choice_of(telecaller).minutes_before) == (True, 5)
    remind(telecaller, "test.due", url="/", details={}, once="1")
    assert not DueTask.objects.filter(task=PUSH).exists()


def test_the_worker_is_served_from_the_root(client_of, scope, telecaller):
    response = client_of(telecaller).get("/sw.js")

    assert response.headers["Content-Type"].startswith("text/javascript")
    assert "showNotification" in response.content.decode()
