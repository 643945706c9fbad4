"""The timeline of a lead: every deed with who did it, old and new; page by page, chip by chip."""

import datetime as dt

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse
from django.utils import timezone

from jini.lib import lead_lines
from jini.lib.lead_lines import LeadLine
from leads.actions import editing, follow_ups
from leads.actions.creating import create_lead
from leads.models import Activity, ImportBatch, Status, Tag
from leads.tests.factories import make_lead
from privacy.models import DoNotCall

HTMX = {"HX-Request": "true"}


@pytest.fixture
def lead(scope, telecaller):
    return make_lead(name="Suresh Patil", city="Pune", assigned_to=telecaller)


def lines_of(client, lead, **query):
    return client.get(lead.get_absolute_url(), query).context["lines"]


def note(lead, by, text, minutes_ago):
    at = timezone.now() - dt.timedelta(minutes=minutes_ago)
    return Activity.objects.create(lead=lead, kind="note", text=text, actor=by, at=at)


def test_every_deed_leaves_a_line_with_who_did_it(client_of, lead, telecaller, colleague, manager):
    """Twin of the list of verbs: whoever adds one to leads/actions adds it here."""
    status = Status.objects.get(name="Interested")
    tomorrow = timezone.now() + dt.timedelta(days=1)
    deeds = [
        (lambda: create_lead({"name": "New", "phone": "+919000077777"}, by=manager), "Created", [], ""),
        (lambda: editing.edit_lead(lead, {"city": "Thane"}, by=manager), "Change", [("City", "Pune", "Thane")], ""),
        (lambda: editing.change_status(lead, status, by=manager), "Status", [("", "New", "Interested")], ""),
        (lambda: editing.assign(lead, colleague, by=manager), "Owner", [("", "Asha Kulkarni", "Bilal Shaikh")], ""),
        (lambda: editing.assign(lead, None, by=manager), "Owner", [("", "Bilal Shaikh", "nobody")], ""),
        (lambda: editing.tag(lead, "Expo", by=manager), "Change", [("Tags", "", "Expo")], ""),
        (lambda: editing.untag(lead, Tag.objects.get(), by=manager), "Change", [("Tags", "Expo", "")], ""),
        (lambda: editing.add_note(lead, "Bring papers", by=manager), "Note", [], ""),
        (lambda: follow_ups.plan_follow_up(lead, by=manager, due_at=tomorrow), "Follow-up", [], "planned"),
        (lambda: follow_ups.finish_follow_up(lead.follow_ups.get(), by=manager), "Follow-up", [], "done"),
        (lambda: follow_ups.reopen_follow_up(lead.follow_ups.get(), by=manager), "Follow-up", [], "open again"),
        (
            lambda: follow_ups.move_follow_up(lead.follow_ups.get(), due_at=tomorrow, by=manager),
            "Follow-up", [], "moved",
        ),
        (lambda: follow_ups.cancel_follow_up(lead.follow_ups.get(), by=manager), "Follow-up", [], "cancelled"),
    ]  # fmt: skip
    client = client_of(manager)
    for deed, title, changes, more in deeds:
        made = deed()
        of = made if title == "Created" else lead
        newest = lines_of(client, of)[0]
        assert (newest.title, newest.changes) == (title, changes)
        assert newest.more.startswith("Meera Iyer")
        assert more in newest.more


def test_do_not_call_stands_among_the_lines(client_of, lead, telecaller):
    note(lead, telecaller, "before", 10)
    DoNotCall.objects.create(phone=lead.phone, source="call", by=telecaller)
    note(lead, telecaller, "after", -1)
    client = client_of(telecaller)

    said = [(line.title, line.more) for line in lines_of(client, lead)]

    assert said[1] == ("Do not call", "Asha Kulkarni, Said on a call")
    assert [line.title for line in lines_of(client, lead, show="changes")] == ["Do not call"]
    assert len(lines_of(client, lead, show="notes")) == 2


@pytest.fixture
def elsewhere(monkeypatch):
    """A source of another app, with nothing to tell until a test says what."""
    told = []
    monkeypatch.setattr(lead_lines, "_sources", [lambda lead, member: told])
    return told


def test_what_other_apps_tell_stands_on_one_page_only(client_of, lead, telecaller, elsewhere):
    for number in range(45):
        note(lead, telecaller, f"note {number}", number * 10)
    now = timezone.now()
    for minutes in (-5, 5, 195, 205, 395, 445, 1_000):
        elsewhere.append(LeadLine(now - dt.timedelta(minutes=minutes), "speakerphone", "Campaign", str(minutes)))
    client, url, pages = client_of(telecaller), lead.get_absolute_url(), []

    while url:
        context = client.get(url).context
        pages.append(context["lines"])
        url = context["timeline"].page.older_url

    shown = [line for page in pages for line in page]
    assert [line.more for line in shown if line.title == "Campaign"] == ["-5", "5", "195", "205", "395", "445", "1000"]
    assert len(shown) == 45 + 7
    assert shown == sorted(shown, key=lambda line: line.at, reverse=True)
    assert len(pages) == 3


def test_more_lines_come_as_a_part_that_goes_on(client_of, lead, telecaller):
    for number in range(25):
        note(lead, telecaller, f"note {number}", number)
    client = client_of(telecaller)
    page = BeautifulSoup(client.get(lead.get_absolute_url()).content, "html.parser")
    more = page.select_one("#timeline-lines a[hx-get]")
    assert more["href"] == more["hx-get"]

    part = client.get(more["hx-get"], headers=HTMX)

    text = part.content.decode()
    assert "<html" not in text
    assert text.count("<li>") == 5
    assert "hx-get" not in text
    assert "HX-Request" in part.headers["Vary"]
    # Without a script it is a page, with the way back.
    plain = client.get(more["href"]).content.decode()
    assert "note 24" in plain
    assert 'rel="prev"' in plain


def test_the_timeline_is_fetched_anew_with_its_chip(client_of, lead, telecaller):
    note(lead, telecaller, "hello", 1)
    page = client_of(telecaller).get(lead.get_absolute_url(), {"show": "notes"})
    lines = BeautifulSoup(page.content, "html.parser").select_one("#timeline-lines")

    assert lines["hx-trigger"] == "timeline from:body"
    again = client_of(telecaller).get(lines["hx-get"], headers=HTMX).content
    assert BeautifulSoup(again, "html.parser").select("li") == lines.select("li")


def test_the_list_that_a_lead_came_with_is_its_first_line(client_of, scope, telecaller, manager):
    batch = ImportBatch.objects.create(created_by=manager, file="x", file_name="expo.csv", file_bytes=1)
    lead = make_lead(assigned_to=telecaller, import_batch=batch)
    note(lead, telecaller, "later", -1)
    client = client_of(telecaller)

    assert [line.more for line in lines_of(client, lead)] == ["Asha Kulkarni", "Meera Iyer, expo.csv"]
    assert [line.title for line in lines_of(client, lead, show="changes")] == []


@pytest.mark.parametrize("count", [2, 30])
def test_more_lines_ask_the_same_queries(client_of, lead, telecaller, count, django_assert_num_queries, elsewhere):
    for number in range(20 + count):
        note(lead, telecaller, f"note {number}", number)
    client = client_of(telecaller)
    older = client.get(lead.get_absolute_url()).context["timeline"].page.older_url

    with django_assert_num_queries(14):
        client.get(older, headers=HTMX)


def test_what_is_written_is_shown_as_text(client_of, lead, telecaller):
    editing.add_note(lead, "<script>alert(1)</script>", by=telecaller)

    assert "<script>alert" not in client_of(telecaller).get(lead.get_absolute_url()).content.decode()


def test_a_part_of_a_lead_out_of_sight_is_not_found(client_of, lead, colleague):
    url = reverse("leads:lead", args=[lead.pk])

    assert client_of(colleague).get(url, headers=HTMX).status_code == 404
