"""After a material change the next page asks for acceptance; the way out stays open, and nothing else."""

import datetime as dt
from html import escape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from jini.lib import acceptance as registry
from privacy import policies
from privacy.models import Acceptance, Policy
from privacy.ways_out import ways_out

DAY = dt.timedelta(days=1)
URL = "/privacy/acceptance/"
BOXES = {"accepts_privacy": "on", "accepts_terms": "on", "read": "privacy.2 terms.2"}


@pytest.fixture
def changed(db) -> None:
    """The second versions were announced in time and hold since yesterday."""
    now = timezone.now()
    second = Policy.objects.filter(version=2).agreed()
    second.update(published_at=now - 40 * DAY, effective_from=now - DAY, is_material=True)


def accept(user, version: int, kinds: tuple[str, ...] = ("privacy", "terms"), language: str = "en", **more) -> None:
    for policy in Policy.objects.filter(version=version, language=language, kind__in=kinds):
        Acceptance.objects.create(user=user, policy=policy, sha256=policy.sha256, wording="I accept.", **more)


def test_before_it_takes_effect_nobody_is_asked(client_of, telecaller):
    accept(telecaller.user, 1)

    assert client_of(telecaller).get("/leads/").status_code == 200
    assert client_of(telecaller).get(URL).url == "/"


def test_a_page_leads_to_the_question_and_back(client_of, telecaller, changed):
    accept(telecaller.user, 1)
    client = client_of(telecaller)

    answer = client.get("/leads/?city=Pune")
    assert answer.url == f"{URL}?next=%2Fleads%2F"
    page = client.get(answer.url)
    assert page.status_code == 200
    assert escape("/privacy/privacy/2/?since=1") in page.content.decode()

    answer = client.post(URL, BOXES | {"next": "/leads/"}, headers={"user-agent": "Firefox"}, REMOTE_ADDR="203.0.113.9")

    assert answer.url == "/leads/"
    assert client.get("/leads/").status_code == 200
    proofs = Acceptance.objects.filter(user=telecaller.user, policy__version=2)
    assert {(proof.ip_address, proof.user_agent) for proof in proofs} == {("203.0.113.9", "Firefox")}
    assert {proof.sha256 for proof in proofs} == {proof.policy.sha256 for proof in proofs}
    assert {proof.policy.kind for proof in proofs} == {"privacy", "terms"}


def test_a_fragment_makes_the_browser_go_there(client_of, telecaller, changed):
    headers = {"HX-Request": "true", "HX-Current-URL": "http://testserver/leads/?page=2"}

    answer = client_of(telecaller).get("/leads/", headers=headers)

    assert answer.headers["HX-Redirect"] == f"{URL}?next=%2Fleads%2F"


def test_nothing_is_written_before(client_of, telecaller, changed):
    answer = client_of(telecaller).post("/me/profile/", {"first_name": "Changed"})

    assert answer.url == URL
    telecaller.user.refresh_from_db()
    assert telecaller.user.first_name == "Asha"


@pytest.mark.parametrize("path", ["/privacy/", "/privacy/privacy/2/", "/privacy/acceptances/", "/livez"])
def test_reading_stays_open(client_of, owner, changed, path):
    assert client_of(owner).get(path).status_code == 200


def test_the_way_out_stays_open(client_of, owner, changed):
    for path in ("/me/privacy/", "/settings/organisation/export/", "/settings/organisation/cancel/"):
        assert registry.is_open(path)
    client = client_of(owner)

    assert client.post("/accounts/logout/").url == "/"

    assert "_auth_user_id" not in client.session


def test_the_ways_out_are_those_that_exist_and_that_one_may_use(telecaller, owner):
    pages = (("/me/profile/", "Mine"), ("/settings/organisation/", "Ours"), ("/me/recipes/", "Nowhere"))

    assert ways_out(telecaller, pages) == [pages[0]]
    assert ways_out(owner, pages) == [*pages[:2]]
    assert ways_out(None, pages) == []


def test_no_other_page_of_settings_is_open(client_of, owner, changed):
    assert client_of(owner).get("/privacy/inventory/").url.startswith(URL)
    assert client_of(owner).get("/settings/").url.startswith(URL)


@pytest.mark.parametrize(
    ("owed", "sent"),
    [(("privacy", "terms"), BOXES | {"accepts_terms": ""}), (("terms",), {"accepts_terms": "", "read": "terms.2"})],
)
def test_every_box_must_be_ticked(client_of, telecaller, changed, owed, sent):
    accept(telecaller.user, 2, tuple({"privacy", "terms"} - set(owed)))

    answer = client_of(telecaller).post(URL, sent)

    assert answer.status_code == 422
    assert "Tick this box to go on." in answer.content.decode()
    assert "checked" not in answer.content.decode().split("accepts_terms")[1][:200]
    assert policies.owed_by(telecaller.user) == list(owed)


def test_a_text_that_changed_while_it_was_read_must_be_read(client_of, telecaller, changed):
    answer = client_of(telecaller).post(URL, BOXES | {"read": "privacy.1 terms.2"})

    assert answer.status_code == 422
    assert "A document has changed meanwhile." in answer.content.decode()
    assert policies.owed_by(telecaller.user) == ["privacy", "terms"]


def test_accepting_twice_is_accepting_once(client_of, telecaller, changed):
    client = client_of(telecaller)

    assert [client.post(URL, BOXES).status_code for _ in range(2)] == [302, 302]

    assert Acceptance.objects.filter(user=telecaller.user).count() == 2


def test_accepting_in_hindi_counts_for_english(client_of, telecaller, changed):
    accept(telecaller.user, 2, language="hi")

    assert client_of(telecaller).get("/leads/").status_code == 200


def test_a_change_that_is_not_material_asks_nobody(client_of, telecaller, changed):
    Policy.objects.update(is_material=False)

    assert client_of(telecaller).get("/leads/").status_code == 200


def test_the_question_costs_no_query(client_of, telecaller, changed):
    accept(telecaller.user, 2)
    client = client_of(telecaller)
    with CaptureQueriesContext(connection) as asked:
        client.get("/privacy/acceptances/")
    Policy.objects.update(is_material=False)

    with CaptureQueriesContext(connection) as unasked:
        client.get("/privacy/acceptances/")

    assert len(asked) == len(unasked)


def test_without_the_middleware_everything_would_be_open(client_of, telecaller, changed, settings):
    settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if "AcceptanceMiddleware" not in name]

    assert client_of(telecaller).get("/leads/").status_code == 200


def test_a_foreign_address_is_no_way_back(client_of, telecaller, changed):
    answer = client_of(telecaller).post(URL, BOXES | {"next": "https://evil.example/"})

    assert answer.url == "/"


def test_signed_out_one_signs_in_first(client, db):
    assert client.get(URL).url.startswith("/accounts/login/")


def test_wrong_method(client_of, telecaller):
    assert client_of(telecaller).put(URL).status_code == 405
    assert client_of(telecaller).post("/privacy/acceptances/").status_code == 405


def test_one_sees_what_one_accepted_and_what_held_on_a_day(client_of, telecaller, colleague, changed, monkeypatch):
    monkeypatch.setattr(Acceptance._meta.get_field("at"), "auto_now_add", False)
    accept(telecaller.user, 1, at=timezone.now() - 20 * DAY, ip_address="203.0.113.9", user_agent="Firefox")
    accept(colleague.user, 2, at=timezone.now())

    page = client_of(telecaller).get(f"/privacy/acceptances/?on={timezone.localdate() - 10 * DAY}").content.decode()

    assert "Firefox" in page
    assert "203.0.113.9" in page
    assert page.count("you had accepted version 1") == 2
    assert Policy.objects.get(kind="privacy", version=1, language="en").sha256 in page
    assert Policy.objects.get(kind="privacy", version=2, language="en").sha256 not in page


def test_before_anything_was_accepted_the_page_says_so(client_of, telecaller):
    page = client_of(telecaller).get("/privacy/acceptances/?on=someday").content.decode()

    assert "You have not accepted a document here yet." in page
