"""The lead page: timeline in words, next step, edit in place, owner, tags."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.tenancy import acting_for
from jini.lib import lookups
from leads.actions.editing import edit_lead
from leads.models import Activity, FollowUp, LeadPhone, LeadTag
from leads.tests.factories import make_follow_up, make_lead
from privacy.models import DoNotCall


@pytest.fixture
def lead(scope, telecaller):
    return make_lead(name="Suresh Patil", phone="+919876543210", assigned_to=telecaller)


def address(name, lead, *more):
    return reverse(f"leads:{name}", args=[lead.pk, *more])


def edited(lead, **more):
    fields = {"name": lead.name, "phone": lead.phone, "version": lead.version}
    return fields | more


def test_the_timeline_is_in_words(client_of, lead, manager, telecaller, colleague):
    client = client_of(manager)
    outcome = next(key for key, label in lookups.labels("dispositions").items() if label == "Call back")
    details = {"disposition": str(outcome), "talk_seconds": 192}
    Activity.objects.create(lead=lead, kind="call", at=timezone.now(), actor=telecaller, details=details)
    client.post(address("owner", lead), {"owner": colleague.pk})
    client.post(address("tags", lead), {"name": "subsidy"})

    page = client.get(lead.get_absolute_url())
    lines = [(line.title, line.more, line.changes) for line in page.context["lines"]]

    assert ("Call back", "Asha Kulkarni, 3 min 12 s", []) in lines
    assert ("Owner", "Meera Iyer", [("", "Asha Kulkarni", "Bilal Shaikh")]) in lines
    assert lead.reloaded().assigned_to == colleague


@pytest.mark.parametrize(("chip", "count"), [("", 2), ("notes", 1), ("calls", 0), ("changes", 1), ("nonsense", 2)])
def test_chips_show_a_part_of_the_timeline(client_of, lead, telecaller, chip, count):
    client = client_of(telecaller)
    client.post(address("notes", lead), {"text": "Bring papers"})
    client.post(address("tags", lead), {"name": "subsidy"})

    assert len(client.get(lead.get_absolute_url(), {"show": chip}).context["lines"]) == count


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_asks_the_same_queries_for_any_number_of_lines(client_of, lead, telecaller, count):
    client = client_of(telecaller)
    client.post(address("notes", lead), {"text": "one"})
    with CaptureQueriesContext(connection) as before:
        client.get(lead.get_absolute_url())
    for number in range(count):
        client.post(address("notes", lead), {"text": str(number)})
    with CaptureQueriesContext(connection) as after:
        client.get(lead.get_absolute_url())

    assert len(after) == len(before)


def test_an_edit_is_kept_and_logged(client_of, lead, telecaller):
    response = client_of(telecaller).post(address("edit", lead), edited(lead, city="Pune", value="185000"))

    assert response.url == lead.get_absolute_url()
    assert (lead.reloaded().city, lead.reloaded().version) == ("Pune", lead.version + 1)
    assert {change["field"] for change in Activity.objects.get().details["changes"]} == {"city", "value"}


def test_a_bad_edit_is_refused_and_kept(client_of, lead, telecaller):
    response = client_of(telecaller).post(address("edit", lead), edited(lead, phone="letters", city="Pune"))

    assert response.status_code == 422
    assert response.context["form"]["city"].value() == "Pune"
    assert lead.reloaded().city == ""


def test_a_known_number_is_refused(client_of, lead, telecaller):
    make_lead(phone="+919000011111")

    assert client_of(telecaller).post(address("edit", lead), edited(lead, phone="90000 11111")).status_code == 422


def test_an_older_form_is_answered_with_both_versions(client_of, lead, telecaller, manager):
    edit_lead(lead, {"city": "Nashik"}, by=manager)
    client = client_of(telecaller)

    response = client.post(address("edit", lead), edited(lead, city="Pune"))

    assert response.status_code == 409
    assert response.context["differing"] == [("City", "Pune", "Nashik")]
    assert lead.reloaded().city == "Nashik"
    again = client.post(
        address("edit", lead), edited(lead, city="Pune", version=response.context["form"]["version"].value())
    )
    assert (again.status_code, lead.reloaded().city) == (302, "Pune")


def test_only_managers_give_a_lead_to_another(client_of, lead, telecaller, manager, outsider):
    assert client_of(telecaller).post(address("owner", lead), {"owner": ""}).status_code == 403
    assert client_of(manager).post(address("owner", lead), {"owner": outsider.pk}).status_code == 422
    assert client_of(manager).post(address("owner", lead), {"owner": ""}).status_code == 302
    assert lead.reloaded().assigned_to is None


def test_a_tag_comes_and_goes(client_of, lead, telecaller):
    client = client_of(telecaller)
    client.post(address("tags", lead), {"name": "own roof"})
    assert client.post(address("tags", lead), {"name": "x" * 41}).status_code == 422
    tag = LeadTag.objects.get().tag

    client.post(address("untag", lead, tag.pk))

    assert LeadTag.objects.count() == 0


def test_a_follow_up_is_planned_done_and_taken_back(client_of, lead, telecaller):
    client = client_of(telecaller)
    client.post(address("plan", lead), {"due": "1h", "note": "Papers"})
    task = FollowUp.objects.get()
    assert (task.assigned_to, task.note) == (telecaller, "Papers")

    for _ in range(2):
        assert (
            client.post(reverse("leads:follow_up_done", args=[task.pk]), {"back": "lead"}).url
            == lead.get_absolute_url()
        )
    assert task.reloaded().done_by == telecaller
    client.post(reverse("leads:follow_up_reopening", args=[task.pk]))
    assert task.reloaded().done_at is None
    client.post(reverse("leads:follow_up_cancelled", args=[task.pk]))
    assert task.reloaded().cancelled_at is not None


@pytest.mark.parametrize("sent", [{}, {"due": "never"}, {"due": "pick", "due_at": "2020-01-01T10:00"}])
def test_a_bad_time_plans_nothing(client_of, lead, telecaller, sent):
    assert client_of(telecaller).post(address("plan", lead), sent).status_code == 422
    assert FollowUp.objects.count() == 0


def test_the_banner_says_do_not_call(client_of, lead, telecaller):
    DoNotCall.objects.create(phone=lead.phone, source="manual")
    LeadPhone.objects.create(lead=lead, phone="+919000013131")

    page = client_of(telecaller).get(lead.get_absolute_url()).content.decode()

    assert "Do not call." in page
    assert "90000 13131" in page
    assert "https://wa.me/919876543210" in page


@pytest.mark.parametrize(("name", "more"), [("edit", 0), ("owner", 0), ("tags", 0), ("plan", 0)])
def test_a_lead_of_another_organisation_is_not_found(client_of, outsider, organisation, telecaller, name, more):
    with acting_for(organisation):
        lead = make_lead(assigned_to=telecaller)

    assert client_of(outsider).post(address(name, lead)).status_code == 404


def test_the_list_of_follow_ups_by_time(client_of, lead, telecaller, colleague, manager):
    now = timezone.now()
    late = make_follow_up(lead, telecaller, due_at=now - dt.timedelta(hours=1))
    later = make_follow_up(lead, telecaller, due_at=now + dt.timedelta(days=3))
    other = make_follow_up(make_lead(assigned_to=colleague), colleague, due_at=now - dt.timedelta(hours=2))
    listed = reverse("leads:follow_ups")

    assert list(client_of(telecaller).get(listed).context["page"].rows) == [late]
    assert list(client_of(telecaller).get(listed, {"due": "upcoming"}).context["page"].rows) == [later]
    assert list(client_of(manager).get(listed).context["page"].rows) == [other, late]
    assert list(client_of(manager).get(listed, {"person": colleague.pk}).context["page"].rows) == [other]


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_asks_the_same_queries_for_any_number(client_of, lead, telecaller, count):
    client, listed = client_of(telecaller), reverse("leads:follow_ups")
    make_follow_up(lead, telecaller, due_at=timezone.now() - dt.timedelta(hours=1))
    with CaptureQueriesContext(connection) as before:
        client.get(listed)
    for _ in range(count):
        make_follow_up(lead, telecaller, due_at=timezone.now() - dt.timedelta(hours=1))
    with CaptureQueriesContext(connection) as after:
        client.get(listed)

    assert len(after) == len(before)


def test_a_follow_up_is_put_off(client_of, lead, telecaller):
    task = make_follow_up(lead, telecaller, due_at=timezone.now() - dt.timedelta(hours=1))
    client = client_of(telecaller)

    client.post(reverse("leads:follow_up_snooze", args=[task.pk]), {"due": "nonsense"})
    assert task.reloaded().due_at == task.due_at
    client.post(reverse("leads:follow_up_snooze", args=[task.pk]), {"due": "3d"})
    assert task.reloaded().due_at > timezone.now()


def test_follow_ups_of_others_are_not_found(client_of, lead, telecaller, colleague, outsider):
    task = make_follow_up(lead, telecaller)

    for member in (colleague, outsider):
        for name in ("done", "cancelled", "reopening", "snooze"):
            assert client_of(member).post(reverse(f"leads:follow_up_{name}", args=[task.pk])).status_code == 404


@pytest.mark.parametrize("name", ["follow_up_done", "follow_up_cancelled"])
def test_wrong_methods(client_of, lead, telecaller, name):
    task = make_follow_up(lead, telecaller)
    client = client_of(telecaller)

    assert client.get(reverse(f"leads:{name}", args=[task.pk])).status_code == 405
    assert client.post(reverse("leads:follow_ups")).status_code == 405
    assert client.get(address("plan", lead)).status_code == 405
