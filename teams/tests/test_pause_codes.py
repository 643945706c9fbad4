"""The reasons for a break, in Settings."""

import datetime as dt

import pytest
import time_machine
from django.utils import timezone

from accounts.models import AuditEntry
from accounts.tasks import run_due
from accounts.tenancy import acting_for
from teams.actions.presence import presence_of, set_presence
from teams.models import PauseCode, Presence

URL = "/settings/pause-codes/"


def answers(**changes):
    return {"name": "Prayer", "name_hi": "प्रार्थना", "longest_minutes": "20", "is_active": "on"} | changes


@pytest.fixture
def tea(organisation):
    with acting_for(organisation):
        return PauseCode.objects.get(name="Tea")


def test_the_page_shows_the_own_reasons_only(client_of, admin, rival):
    with acting_for(rival):
        PauseCode.objects.create(name="Rival's nap")

    page = client_of(admin).get(URL).content.decode()

    assert "Tea" in page
    assert "offline after 30 minutes" in page
    assert "Rival&#x27;s nap" not in page


def test_without_reasons_the_page_says_what_that_means(client_of, admin, organisation):
    with acting_for(organisation):
        PauseCode.objects.all().delete()

    assert "No reasons yet" in client_of(admin).get(URL).content.decode()


def test_a_reason_is_added_changed_and_offered(client_of, admin, telecaller, organisation):
    client = client_of(admin)
    assert client.get(f"{URL}new/").status_code == 200
    assert client.post(f"{URL}new/", answers()).url == URL
    with acting_for(organisation):
        added = PauseCode.objects.get(name="Prayer")
    assert "Prayer" in client_of(telecaller).get("/today/").content.decode()

    client.post(f"{URL}{added.pk}/", answers(is_active="", longest_minutes=""))

    with acting_for(organisation):
        added.refresh_from_db()
        assert (added.is_active, added.longest_minutes) == (False, None)
        assert AuditEntry.objects.filter(verb="pause_code.changed", subject_id=added.pk).count() == 2
    assert "Prayer" not in client_of(telecaller).get("/today/").content.decode()


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"name": ""}, "This field is required."),
        ({"name": " TEA "}, "There is a reason of this name already."),
        ({"longest_minutes": "0"}, "greater than or equal to 1"),
        ({"longest_minutes": "1441"}, "less than or equal to 1440"),
        ({"longest_minutes": "soon"}, "Enter a whole number."),
    ],
)
def test_what_cannot_be_is_said_and_the_rest_kept(client_of, admin, organisation, changes, says):
    answer = client_of(admin).post(f"{URL}new/", answers(**changes))

    assert answer.status_code == 422
    assert says in answer.content.decode()
    assert "प्रार्थना" in answer.content.decode()
    with acting_for(organisation):
        assert not PauseCode.objects.filter(name_hi="प्रार्थना").exists()


def test_a_reason_moves_in_the_order(client_of, admin, organisation, tea):
    client = client_of(admin)

    client.post(f"{URL}{tea.pk}/order/", {"go": "later"})
    with acting_for(organisation):
        assert list(PauseCode.objects.order_by("position").values_list("name", flat=True))[:2] == ["Lunch", "Tea"]
    client.post(f"{URL}{tea.pk}/order/", {"go": "earlier"})
    client.post(f"{URL}{tea.pk}/order/", {"go": "earlier"})

    with acting_for(organisation):
        assert PauseCode.objects.order_by("position").first() == tea
        # The last press moved nothing.
        assert AuditEntry.objects.filter(verb="pause_code.moved", subject_id=tea.pk).count() == 2


def test_of_another_organisation_nothing_is_found(client_of, admin, rival):
    with acting_for(rival):
        theirs = PauseCode.objects.create(name="Theirs")
    client = client_of(admin)

    assert client.get(f"{URL}{theirs.pk}/").status_code == 404
    assert client.post(f"{URL}{theirs.pk}/", answers()).status_code == 404
    assert client.post(f"{URL}{theirs.pk}/order/", {"go": "later"}).status_code == 404


def test_only_who_may_change_settings(client_of, manager, tea):
    client = client_of(manager)

    assert client.get(URL).status_code == 403
    assert client.post(f"{URL}{tea.pk}/", answers()).status_code == 403


@pytest.mark.django_db(transaction=True)
def test_a_shorter_limit_holds_for_the_break_that_is_going_on(client_of, admin, telecaller, organisation, tea):
    with acting_for(organisation):
        set_presence(telecaller, Presence.State.PAUSE, pause_code=tea)

    client_of(admin).post(f"{URL}{tea.pk}/", answers(name="Tea", longest_minutes="5"))

    with time_machine.travel(timezone.now() + dt.timedelta(minutes=6), tick=False):
        run_due("default")
    with acting_for(organisation):
        assert presence_of(telecaller).state == Presence.State.OFFLINE
