import pytest

from accounts.models import AuditEntry
from accounts.tenancy import acting_for
from leads.models import Status

URL = "/settings/statuses/"


def answers(**changes):
    return {"name": "Visit fixed", "kind": "open", "colour": "teal", "position": "3", "is_active": "on"} | changes


@pytest.fixture
def first(organisation):
    with acting_for(organisation):
        return Status.objects.get(is_initial=True)


def url(status):
    return f"{URL}{status.pk}/"


def test_the_page_shows_the_own_statuses_only(client_of, admin, rival):
    with acting_for(rival):
        Status.objects.create(name="Rival's step")

    page = client_of(admin).get(URL).content.decode()

    assert "Interested" in page
    assert "Rival&#x27;s step" not in page


def test_a_status_is_added_and_changed(client_of, admin, organisation):
    client = client_of(admin)
    assert client.get(f"{URL}new/").status_code == 200
    assert client.post(f"{URL}new/", answers()).url == URL
    with acting_for(organisation):
        added = Status.objects.get(name="Visit fixed")

    assert client.get(url(added)).status_code == 200
    client.post(url(added), answers(name="Visit done"))

    with acting_for(organisation):
        assert Status.objects.get(pk=added.pk).name == "Visit done"
        assert AuditEntry.objects.filter(verb="status.changed", subject_id=added.pk).count() == 2


def test_new_leads_start_in_exactly_one_status(client_of, admin, organisation, first):
    client_of(admin).post(f"{URL}new/", answers(is_initial="on"))

    with acting_for(organisation):
        assert Status.objects.get(is_initial=True).name == "Visit fixed"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "WON"}, "name"),
        ({"kind": "maybe"}, "kind"),
        ({"colour": "pink"}, "colour"),
        ({"is_initial": "on", "is_active": ""}, "is_active"),
        ({"is_initial": "on", "kind": "won"}, "kind"),
    ],
)
def test_a_wrong_field_is_named_and_nothing_is_added(client_of, admin, organisation, changes, field):
    response = client_of(admin).post(f"{URL}new/", answers(**changes))

    assert response.status_code == 422
    assert list(response.context["form"].errors) == [field]
    with acting_for(organisation):
        assert Status.objects.count() == 7


def test_the_status_of_new_leads_is_moved_and_never_taken_away(client_of, admin, first):
    response = client_of(admin).post(url(first), answers(name="New"))

    assert response.status_code == 422
    assert list(response.context["form"].errors) == ["is_initial"]


def test_others_may_not(client_of, manager, outsider, first):
    assert client_of(manager).get(URL).status_code == 403
    assert client_of(outsider).get(url(first)).status_code == 404


def test_wrong_method(client_of, admin, first):
    client = client_of(admin)

    assert client.post(URL).status_code == client.put(url(first)).status_code == 405
