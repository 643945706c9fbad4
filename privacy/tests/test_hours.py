import datetime as dt

import pytest

from accounts.models import AuditEntry
from accounts.tenancy import acting_for
from privacy.models import ContactPolicy

URL = "/settings/hours/"


def answers(**changes):
    return {
        "weekdays": ["0", "1", "2", "3", "4", "5"],
        "opens_at": "10:30",
        "closes_at": "19:00",
        "minimum_gap_minutes": "90",
        "daily_attempts": "2",
        "rolling_attempts": "3",
        "lifetime_attempts": "8",
        "dnd_days": "7",
        "countries": "in, AE",
        "kinds": ["mobile", "fixed"],
    } | changes


def policy(organisation):
    with acting_for(organisation):
        return ContactPolicy.objects.get()


def test_changed_rules_are_a_new_version(client_of, admin, organisation):
    client = client_of(admin)
    assert client.get(URL).status_code == 200

    response = client.post(URL, answers())

    assert response.url == URL
    changed = policy(organisation)
    assert (changed.opens_at, changed.closes_at, changed.weekdays) == (dt.time(10, 30), dt.time(19), [0, 1, 2, 3, 4, 5])
    assert (changed.countries, changed.version) == (["IN", "AE"], 2)
    with acting_for(organisation):
        assert "opens_at" in AuditEntry.objects.get(verb="contact-policy.changed").details["fields"]


def test_saving_without_a_change_is_no_new_version(client_of, admin, organisation):
    client = client_of(admin)
    client.post(URL, answers())
    client.post(URL, answers(countries="IN, AE"))

    assert policy(organisation).version == 2


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("weekdays", []),
        ("opens_at", "09:59"),
        ("closes_at", "21:01"),
        ("closes_at", "10:30"),
        ("opens_at", "late"),
        ("lifetime_attempts", "1"),
        ("number_daily_attempts", "3"),
        ("rolling_attempts", ""),
        ("morning_attempts", "-1"),
        ("countries", "Narnia"),
        ("countries", ""),
        ("kinds", []),
        ("kinds", ["premium"]),
        ("dnd_days", "91"),
    ],
)
def test_a_wrong_field_is_named_and_nothing_is_saved(client_of, admin, organisation, field, value):
    response = client_of(admin).post(URL, answers(**{field: value}))

    assert response.status_code == 422
    assert list(response.context["form"].errors) == [field]
    assert policy(organisation).version == 1


def test_the_rules_of_another_organisation_stay_as_they_are(client_of, admin, rival):
    client_of(admin).post(URL, answers())

    assert policy(rival).version == 1


def test_a_manager_may_not(client_of, manager):
    assert client_of(manager).get(URL).status_code == 403


def test_wrong_method(client_of, admin):
    assert client_of(admin).put(URL).status_code == 405
