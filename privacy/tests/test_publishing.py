"""The superuser publishes a text of the installation's own; what is wrong with it is refused."""

import datetime as dt

import pytest
from django.utils import timezone

from accounts.models import User
from privacy.models import Policy
from privacy.policies import in_force
from privacy.policy_forms import PublishForm

DAY = dt.timedelta(days=1)
URL = "/admin/privacy/policy/add/"
TEXT = {
    "kind": "terms",
    "body_en": "<h2>1. You</h2><p>You pay.</p>",
    "body_hi": "<h2>1. आप</h2><p>आप भुगतान करते हैं।</p>",
    "summary_en": "You pay more.",
    "summary_hi": "आप ज़्यादा देते हैं।",
}


def planned(days: int, **changes) -> dict[str, str]:
    return TEXT | {"effective_on": (timezone.localdate() + days * DAY).isoformat()} | changes


@pytest.fixture
def operator(client, db):
    client.force_login(User.objects.create_superuser(email="operator@jini.example", password="three ordinary words"))
    return client


def test_it_is_published_in_both_languages_with_the_next_number(operator, organisation):
    answer = operator.post(URL, planned(31, is_material="on"))

    assert answer.status_code == 302
    english, hindi = Policy.objects.filter(kind="terms", version=3).order_by("language")
    assert (english.language, hindi.language) == ("en", "hi")
    assert english.is_material
    assert english.sha256 == Policy.digest(TEXT["body_en"])
    assert english.effective_on == timezone.localdate() + 31 * DAY
    assert english.source == ""


def test_what_is_not_material_may_hold_today(operator):
    operator.post(URL, planned(0))

    assert in_force("terms", "hi").body == TEXT["body_hi"]


def test_published_texts_are_read_and_not_changed(operator):
    policy = in_force("terms", "en")
    url = f"/admin/privacy/policy/{policy.pk}/change/"

    assert operator.get(url).status_code == 200
    assert operator.post(url, {"body": "<p>Other.</p>"}).status_code == 403
    assert operator.get("/admin/privacy/policy/").status_code == 200
    assert operator.get("/admin/privacy/acceptance/").status_code == 200


def test_nobody_else_publishes(client_of, owner):
    assert client_of(owner).get(URL).status_code in {302, 403}
    assert client_of(owner).post(URL, planned(40)).status_code in {302, 403}
    assert not Policy.objects.filter(source="").exists()


@pytest.mark.parametrize(
    ("changes", "field", "said"),
    [
        ({"is_material": "on"}, "effective_on", "A material change is announced 30 days ahead"),
        ({"effective_on": "2020-01-01"}, "effective_on", "This day is over."),
        ({"effective_on": ""}, "effective_on", "required"),
        ({"body_hi": ""}, "body_hi", "required"),
        ({"body_hi": "<p>You pay.</p>"}, "body_hi", "There is no Hindi in it."),
        ({"body_en": "You pay."}, "body_en", "Write paragraphs"),
        ({"body_en": "<p>You</p><script>x</script>"}, "body_en", "found &lt;script&gt;"),
        ({"body_en": '<p onclick="x">You</p>'}, "body_en", "onclick"),
        ({"body_en": '<p><a href="javascript:x">You</a></p>'}, "body_en", "javascript"),
        ({"body_en": '<p><a href="//evil.example">You</a></p>'}, "body_en", "evil"),
        ({"summary_en": ""}, "summary_en", "required"),
        ({"kind": "cookies"}, "kind", "Select a valid choice"),
    ],
)
def test_what_is_wrong_is_refused(db, changes, field, said):
    form = PublishForm(planned(30) | changes)

    assert not form.is_valid()
    assert said in str(form.errors[field])


def test_links_to_pages_and_addresses_are_allowed(db):
    body = '<p><a href="/privacy/data/">Data</a>, <a href="mailto:a@b.example">write</a></p>'

    assert PublishForm(planned(30, body_en=body)).is_valid()
