"""Every filter of the lead list narrows, and what does not fit narrows nothing."""

import datetime as dt
import uuid

import pytest
from django.urls import reverse
from django.utils import timezone

from leads.filters import find
from leads.models import FollowUp, ImportBatch, LeadTag, Status, StatusReason, Tag
from leads.narrowing import FILTERS
from leads.tests.factories import make_follow_up, make_lead
from teams.models import Team, TeamMembership

LIST = reverse("leads:list")


@pytest.fixture
def story(scope, telecaller, colleague, manager):
    """(a) a fresh lead of Asha's, (b) an old one of nobody's that was called, (c) one of Bilal's that is won."""
    now = timezone.now()
    won = Status.objects.get(kind=Status.Kind.WON)
    why = StatusReason.objects.get(name="Other")
    batch = ImportBatch.objects.create(created_by=manager, file="x", file_name="expo.csv", file_bytes=1)
    a = make_lead(
        name="a", assigned_to=telecaller, source="Expo", city="Pune", language="hi", import_batch=batch,
        value=5000, score=70, region="Maharashtra", legal_ground="consent",
    )  # fmt: skip
    b = make_lead(
        name="b", created_at=now - dt.timedelta(days=10), attempts=3, connected=1, last_disposition_id=uuid.UUID(int=7),
        last_called_at=now - dt.timedelta(days=3), lost_reason=why,
    )  # fmt: skip
    c = make_lead(
        name="c", assigned_to=colleague, status=won, won_at=now - dt.timedelta(days=2), attempts=1,
        created_at=now - dt.timedelta(days=2), source="Website",
    )  # fmt: skip
    tag = Tag.objects.create(name="hot")
    LeadTag.objects.create(lead=a, tag=tag)
    make_follow_up(a, telecaller, due_at=now - dt.timedelta(hours=1))
    # The manager leads everybody; one of the two is in a team below.
    everybody = Team.objects.create(name="Everybody")
    TeamMembership.objects.create(team=everybody, member=manager, is_lead=True)
    TeamMembership.objects.create(team=everybody, member=telecaller)
    team = Team.objects.create(name="West", parent=everybody)
    TeamMembership.objects.create(team=team, member=colleague)
    return {"a": a, "b": b, "c": c, "tag": tag, "team": team, "won": won, "batch": batch, "why": why}


def day(days_ago: int) -> str:
    return (timezone.localdate() - dt.timedelta(days=days_ago)).isoformat()


NARROWED = [
    ({"status": "{won.pk}"}, "c"),
    ({"status_kind": "open"}, "ab"),
    ({"owner": "none"}, "b"),
    ({"owner": "me"}, ""),
    ({"owner": "{a.assigned_to_id}"}, "a"),
    ({"team": "{team.pk}"}, "c"),
    ({"source": "Expo"}, "a"),
    ({"source": "none"}, "b"),
    ({"city": "pune"}, "a"),
    ({"tag": "{tag.pk}"}, "a"),
    ({"language": "hi"}, "a"),
    ({"connected_max": "0"}, "ac"),
    ({"called_from": "{day3}"}, "b"),
    ({"called_from": "{day0}"}, ""),
    ({"called_to": "{day3}"}, "b"),
    ({"due_from": "{day3}"}, "a"),
    ({"due_to": "{day0}"}, "a"),
    ({"due_to": "{day3}"}, ""),
    ({"value_min": "₹5,000"}, "a"),
    ({"value_min": "5000.01"}, ""),
    ({"value_max": "5000"}, "a"),
    ({"score_min": "70"}, "a"),
    ({"score_min": "71"}, ""),
    ({"score_max": "70"}, "a"),
    ({"region": "maharashtra"}, "a"),
    ({"ground": "consent"}, "a"),
    ({"ground": "none"}, "bc"),
    ({"reason": "{why.pk}"}, "b"),
    ({"import": "{batch.pk}"}, "a"),
    ({"follow_up": "overdue"}, "a"),
    ({"follow_up": "none"}, "bc"),
    ({"follow_up": "today"}, ""),
    ({"untouched": "1"}, "a"),
    ({"age": "hour"}, "a"),
    ({"age": "day"}, ""),
    ({"age": "days"}, "c"),
    ({"age": "older"}, "b"),
    ({"attempts_min": "1"}, "bc"),
    ({"attempts_max": "1"}, "ac"),
    ({"connected_min": "1"}, "b"),
    ({"attempts_min": "1", "attempts_max": "1"}, "c"),
    ({"created_from": "{day3}"}, "ac"),
    ({"created_to": "{day3}"}, "b"),
    ({"won_from": "{day3}", "won_to": "{day0}"}, "c"),
    ({"assigned_from": "{day0}"}, "ac"),
    ({"assigned_to": "{day3}"}, ""),
]


def test_every_filter_narrows(story, manager):
    for query, names in NARROWED:
        asked = {name: value.format(**story, day0=day(0), day3=day(3)) for name, value in query.items()}
        found = find(manager, asked)
        assert "".join(sorted(lead.name for lead in found.leads)) == names, query
        assert {chip.name for chip in found.chips} == set(asked), query
        assert all(chip.text for chip in found.chips)
    assert {name for query, __ in NARROWED for name in query} | {"outcome"} == set(FILTERS)


def test_what_does_not_fit_narrows_nothing(story, manager):
    for name in sorted(set(FILTERS) - {"source", "city", "region"}):
        for value in ("-1", "99999999999", "²", "x", "2026-13-45", "0001-01-01", str(uuid.uuid4()), "'"):
            found = find(manager, {name: value})
            assert (found.leads.count(), list(found.chips)) == (3, []), (name, value)


def test_an_outcome_that_somebody_registered(story, manager, monkeypatch):
    monkeypatch.setattr("jini.lib.lookups._lookups", {"dispositions": lambda: {uuid.UUID(int=7): "Interested"}})
    found = find(manager, {"outcome": str(uuid.UUID(int=7))})

    assert [lead.name for lead in found.leads] == ["b"]
    assert found.chips[0].text == "Last: Interested"


def test_a_telecaller_narrows_only_their_own(client_of, story, telecaller, colleague):
    assert [lead.name for lead in find(telecaller, {"attempts_max": "9"}).leads] == ["a"]
    assert list(find(telecaller, {"owner": str(colleague.pk)}).leads) == []
    assert 'name="owner"' not in client_of(telecaller).get(LIST).content.decode()


def test_the_page_shows_what_is_on_and_how_to_take_it_away(client_of, story, manager):
    response = client_of(manager).get(LIST, {"q": "a", "owner": "none", "won_from": day(3)})
    text = response.content.decode()

    assert "Won from" in text
    assert f'<input type="hidden" name="won_from" value="{day(3)}">' in text
    assert f'href="?q=a&amp;won_from={day(3)}"' in text
    assert "Clear all" in text


def test_a_follow_up_that_is_done_is_none(story, manager):
    FollowUp.objects.update(done_at=timezone.now(), done_by=manager)

    assert [lead.name for lead in find(manager, {"follow_up": "overdue"}).leads] == []


def test_a_city_that_many_have_narrows_like_one_that_few_have(client_of, scope, manager, monkeypatch):
    for number in range(3):
        make_lead(name=f"P{number}", city="Pune")
    make_lead(name="T", city="Thane")
    make_lead(name="Gone", city="pune", deleted_at=timezone.now(), deleted_by=manager)

    def shown(city):
        return [row.name for row in client_of(manager).get(LIST, {"city": city}).context["page"].rows]

    few = [shown("PUNE"), shown("thane"), shown("Nowhere")]
    monkeypatch.setattr("leads.narrowing.MOST_NAMED", 0)

    assert few == [shown("PUNE"), shown("thane"), shown("Nowhere")] == [["P2", "P1", "P0"], ["T"], []]
