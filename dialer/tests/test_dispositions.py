import pytest
from django.db import IntegrityError, transaction

from accounts.models import AuditEntry
from accounts.tenancy import acting_for
from dialer.models import Disposition
from leads.models import Status

URL = "/settings/dispositions/"


def answers(**changes):
    return {
        "name": "Visit fixed",
        "group": "connected",
        "icon": "star",
        "hot_key": "V",
        "position": "11",
        "is_active": "on",
        "is_human_answered": "on",
    } | changes


@pytest.fixture
def busy(organisation):
    with acting_for(organisation):
        return Disposition.objects.get(name="Busy")


def url(disposition):
    return f"{URL}{disposition.pk}/"


def test_the_page_shows_the_own_outcomes_only(client_of, admin, rival):
    with acting_for(rival):
        Disposition.objects.create(name="Rival outcome", group="connected")

    page = client_of(admin).get(URL).content.decode()

    assert "Switched off" in page
    assert "Rival outcome" not in page


def test_an_outcome_is_added_and_changed(client_of, admin, organisation):
    client = client_of(admin)
    with acting_for(organisation):
        interested = Status.objects.get(name="Interested")
    assert client.get(f"{URL}new/").status_code == 200
    assert client.post(f"{URL}new/", answers(next_status=interested.pk)).url == URL
    with acting_for(organisation):
        added = Disposition.objects.get(name="Visit fixed")
    assert (added.hot_key, added.next_status_id) == ("v", interested.pk)

    assert client.get(url(added)).status_code == 200
    client.post(url(added), answers(name="Visit done", retry_minutes="30", retry_attempts="2"))

    with acting_for(organisation):
        changed = Disposition.objects.get(pk=added.pk)
        assert (changed.name, changed.retry_minutes, changed.next_status) == ("Visit done", 30, None)
        assert AuditEntry.objects.filter(verb="disposition.changed", subject_id=added.pk).count() == 2


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "no answer"}, "name"),
        ({"group": "maybe"}, "group"),
        ({"icon": "unicorn"}, "icon"),
        ({"hot_key": "D"}, "hot_key"),
        ({"hot_key": "vv"}, "hot_key"),
        ({"retry_minutes": "1", "retry_attempts": "2"}, "retry_minutes"),
        ({"retry_minutes": "30"}, "retry_attempts"),
        ({"retry_attempts": "3"}, "retry_minutes"),
        ({"retry_minutes": "30", "retry_attempts": "11"}, "retry_attempts"),
        ({"minimum_talk_seconds": "9", "maximum_talk_seconds": "3"}, "maximum_talk_seconds"),
        # The keys of the note, and of the first half of "go to leads".
        ({"hot_key": "m"}, "hot_key"),
        ({"hot_key": "G"}, "hot_key"),
        ({"is_converted": "on", "is_do_not_call": "on"}, "is_do_not_call"),
        ({"is_customer_contact": "on", "is_human_answered": ""}, "is_human_answered"),
    ],
)
def test_a_wrong_field_is_named_and_nothing_is_added(client_of, admin, organisation, changes, field):
    response = client_of(admin).post(f"{URL}new/", answers(**changes))

    assert response.status_code == 422
    assert list(response.context["form"].errors) == [field]
    with acting_for(organisation):
        assert Disposition.objects.chosen_by_people().count() == 11


@pytest.mark.parametrize(
    ("wrong", "name"),
    [
        ({"minimum_talk_seconds": 9, "maximum_talk_seconds": 3}, "disposition_talk_range"),
        ({"retry_minutes": 5, "retry_attempts": 11}, "disposition_retry_1_to_10_times"),
        ({"retry_minutes": 5, "retry_attempts": None}, "disposition_retry_1_to_10_times"),
    ],
)
def test_the_database_keeps_the_rules_too(scope, wrong, name):
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        Disposition.objects.create(name="Visit fixed", group="connected", **wrong)


def test_the_page_says_what_each_outcome_means(client_of, admin, organisation, busy):
    with acting_for(organisation):
        Disposition.objects.filter(pk=busy.pk).update(name_hi="")

    page = client_of(admin).get(URL).content.decode()

    assert "from 5 s of talk" in page
    assert "puts the number on do not call" in page
    assert page.count("No name in Hindi") == 1


def test_the_status_of_another_organisation_is_no_choice(client_of, admin, rival):
    with acting_for(rival):
        theirs = Status.objects.get(is_initial=True)

    response = client_of(admin).post(f"{URL}new/", answers(next_status=theirs.pk))

    assert list(response.context["form"].errors) == ["next_status"]


def test_the_last_outcome_of_a_group_stays_in_use(client_of, admin, organisation, busy):
    with acting_for(organisation):
        Disposition.objects.filter(group="not_connected").exclude(pk=busy.pk).update(is_active=False)

    response = client_of(admin).post(url(busy), answers(name="Busy", group="not_connected", hot_key="7", is_active=""))

    assert list(response.context["form"].errors) == ["is_active"]
    with acting_for(organisation):
        assert Disposition.objects.get(pk=busy.pk).is_active


def test_others_may_not(client_of, manager, outsider, busy):
    assert client_of(manager).get(URL).status_code == 403
    assert client_of(outsider).get(url(busy)).status_code == 404


def test_wrong_method(client_of, admin, busy):
    client = client_of(admin)

    assert client.post(URL).status_code == client.put(url(busy)).status_code == 405
