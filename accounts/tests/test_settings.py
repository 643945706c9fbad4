import pytest

from accounts.models import AuditEntry, Organisation
from accounts.tenancy import acting_for

URL = "/settings/organisation/"


def answers(**changes):
    return {"name": "Kiran Solar", "time_zone": "Asia/Kolkata", "city": "Pune"} | changes


def test_the_list_shows_only_what_the_role_may_use(client_of, admin, manager, telecaller):
    assert URL in client_of(admin).get("/settings/").content.decode()
    page = client_of(manager).get("/settings/").content.decode()
    assert URL not in page
    assert "/settings/people/" in page
    assert client_of(telecaller).get("/settings/").status_code == 403


def test_changes_are_saved_and_remembered_without_their_values(client_of, admin, organisation):
    client = client_of(admin)

    assert client.post(URL, answers()).url == URL

    own = Organisation.objects.get(pk=organisation.pk)
    assert (own.name, own.city) == ("Kiran Solar", "Pune")
    with acting_for(organisation):
        assert AuditEntry.objects.get(verb="organisation.changed").details == {"fields": ["name", "city"]}
    assert "Organisation name, City" in client.get(URL).content.decode()


def test_saving_without_a_change_leaves_no_line(client_of, admin, organisation):
    client_of(admin).post(URL, {"name": organisation.name, "time_zone": organisation.time_zone})

    with acting_for(organisation):
        assert not AuditEntry.objects.filter(verb="organisation.changed").exists()


@pytest.mark.parametrize(
    ("field", "value"),
    [("name", ""), ("time_zone", "Mars"), ("phone", "abc"), ("gstin", "27AAPFU0939F1ZX"), ("pin", "1")],
)
def test_a_wrong_field_is_named_and_nothing_is_saved(client_of, admin, organisation, field, value):
    response = client_of(admin).post(URL, answers(**{field: value}))

    assert response.status_code == 422
    assert list(response.context["form"].errors) == [field]
    assert Organisation.objects.get(pk=organisation.pk).name == "Kiran Rooftop Solar"


def test_the_pan_is_shown_masked_kept_when_left_empty_and_removed_on_request(client_of, admin, organisation):
    client = client_of(admin)
    client.post(URL, answers(pan="AAPFU0939F"))

    page = client.get(URL).content.decode()
    assert "AAPFUXXXXF" in page
    assert "AAPFU0939F" not in page

    client.post(URL, answers())
    assert Organisation.objects.get(pk=organisation.pk).pan == "AAPFU0939F"

    client.post(URL, answers(removes_pan="on"))
    assert Organisation.objects.get(pk=organisation.pk).pan == ""


def test_a_manager_may_not(client_of, manager):
    assert client_of(manager).get(URL).status_code == 403


def test_wrong_method(client_of, admin):
    assert client_of(admin).put(URL).status_code == client_of(admin).post("/settings/").status_code == 405
