"""The leads of a campaign counted by the first gate that fails, what is expected of them, and a change that loses all."""

import datetime as dt

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.tenancy import acting_for
from dialer.campaign_forms import CampaignForm
from dialer.campaigns import counting
from dialer.campaigns.counting import COUNT, count_of, count_slice, start_count
from dialer.campaigns.forecast import foresee
from dialer.campaigns.releasing import release
from dialer.models import CampaignCount, CampaignList, CountedLead, QueueEntry
from dialer.tests.factories import first_list, make_call, make_campaign, make_entry, make_list, open_all_day
from dialer.why import explain
from jini.lib.work import handler_of
from leads.models import Lead, Status
from leads.tests.factories import make_follow_up, make_lead
from privacy.models import ContactPolicy, DoNotCall
from teams.models import Team, TeamMembership

Rank = QueueEntry.Rank


@pytest.fixture
def open_scope(scope):
    open_all_day()
    return scope


def counted(campaign):
    start_count(campaign)
    while handler_of(COUNT).run(campaign.organisation, campaign.pk) is not None:
        pass
    return count_of(campaign)


def gate_page(campaign, gate):
    return reverse("dialer:campaign_gate", args=[campaign.pk, gate])


def many_kinds(campaign, telecaller, colleague):
    """Leads at many gates; {name: gate}."""
    now = timezone.now()
    ContactPolicy.objects.update(minimum_gap_minutes=60)
    paused = make_list(campaign, state=CampaignList.State.PAUSED)
    make_entry(make_lead(name="free"), campaign)
    make_entry(make_lead(name="mine", assigned_to=telecaller), campaign, reserved_for=telecaller)
    make_entry(make_lead(name="later"), campaign, rank=Rank.RETRY, due_at=now + dt.timedelta(hours=2))
    make_entry(make_lead(name="paused"), paused)
    barred = make_lead(name="barred")
    DoNotCall.objects.create(phone=barred.phone, source="manual")
    make_entry(barred, campaign)
    closed = make_lead(name="closed", status=Status.objects.get(name="Lost"))
    make_entry(closed, campaign)
    lately = make_lead(name="lately")
    make_call(lately, colleague, started_at=now - dt.timedelta(minutes=20))
    make_entry(lately, campaign)
    make_entry(
        make_lead(name="held", assigned_to=colleague),
        campaign,
        leased_to=colleague,
        lease_until=now + dt.timedelta(minutes=9),
    )
    promised = make_lead(name="promised", assigned_to=telecaller)
    make_call(promised, telecaller, started_at=now - dt.timedelta(minutes=20))
    make_follow_up(promised, telecaller, due_at=now + dt.timedelta(minutes=30))
    make_entry(promised, campaign, rank=Rank.FOLLOW_UP, reserved_for=telecaller, due_at=now + dt.timedelta(minutes=30))
    return {
        "free": "", "mine": "", "later": "time", "paused": "list", "barred": "do_not_call", "closed": "status",
        "lately": "minimum_gap", "held": "hands", "promised": "minimum_gap",
    }  # fmt: skip


def test_every_lead_is_counted_at_its_first_failing_gate_and_why_says_the_same(
    open_scope, manager, telecaller, colleague, monkeypatch
):
    campaign = make_campaign(telecaller, colleague)
    expected = many_kinds(campaign, telecaller, colleague)
    make_entry(make_lead(name="elsewhere"), make_campaign())
    make_entry(make_lead(name="alone", assigned_to=telecaller), reserved_for=telecaller)
    # Several slices, some without a lead of the campaign.
    monkeypatch.setattr(counting, "PASSED", 2)
    monkeypatch.setattr(counting, "JUDGED", 1)

    with time_machine.travel(timezone.now(), tick=False):
        count = counted(campaign)
        now = timezone.now()
        rows = {row.lead.name: row for row in CountedLead.objects.select_related("lead")}
        assert {name: row.gate for name, row in rows.items()} == expected
        for name, row in rows.items():
            told = explain(Lead.objects.get(name=name), member=manager, at=now)
            refusal = told.decision.refusal or told.queue_refusal
            assert (row.gate, row.opens_at) == (str(refusal.gate) if refusal else "", told.handed_at), name
    assert count.done == len(expected)


def test_each_count_links_to_as_many_rows(client_of, open_scope, manager, telecaller, colleague):
    campaign = make_campaign(telecaller, colleague)
    expected = many_kinds(campaign, telecaller, colleague)
    counted(campaign)
    client = client_of(manager)

    lines = client.get(campaign.get_absolute_url()).context["lines"]

    assert sum(line.leads for line in lines) == len(expected)
    assert [line.gate for line in lines] == ["", "do_not_call", "minimum_gap", "status", "hands", "list", "time"]
    for line in lines:
        page = client.get(gate_page(campaign, line.gate or "open"))
        assert len(page.context["page"].rows) == line.leads
    assert client.get(gate_page(campaign, "nonsense")).status_code == 404


def test_a_manager_counts_the_leads_whom_they_see(client_of, open_scope, manager, telecaller, colleague):
    team, other = Team.objects.create(name="West"), Team.objects.create(name="East")
    TeamMembership.objects.create(team=team, member=manager, is_lead=True)
    TeamMembership.objects.create(team=team, member=telecaller)
    TeamMembership.objects.create(team=other, member=colleague)
    campaign = make_campaign(telecaller, colleague)
    for owner in (telecaller, colleague, colleague, None):
        make_entry(make_lead(assigned_to=owner), campaign, reserved_for=owner, attempts=1)
    QueueEntry.objects.filter(lead__assigned_to=colleague).first().finish("done")
    counted(campaign)

    response = client_of(manager).get(campaign.get_absolute_url())

    assert [(line.gate, line.leads) for line in response.context["lines"]] == [("", 2)]
    assert len(client_of(manager).get(gate_page(campaign, "open")).context["page"].rows) == 2
    assert response.context["called"] == 2
    assert response.context["ended"] == []


def test_a_new_count_takes_the_place_of_the_old_one(open_scope, telecaller):
    campaign = make_campaign(telecaller)
    entry = make_entry(make_lead(), campaign)
    make_entry(make_lead(), campaign)
    counted(campaign)
    entry.finish("done")

    count = counted(campaign)

    assert count.found["gates"] == {"": {"": 1}}
    assert count.found["ended"] == {"done": {"": 1}}
    assert CountedLead.objects.count() == 1


def test_asking_twice_counts_once(client_of, open_scope, manager):
    campaign = make_campaign()
    url = reverse("dialer:campaign_count", args=[campaign.pk])
    client = client_of(manager)

    assert client.post(url).url == campaign.get_absolute_url()
    begun = count_of(campaign).started_at
    client.post(url)

    assert count_of(campaign).started_at == begun
    page = client.get(campaign.get_absolute_url(), headers={"HX-Request": "true"})
    assert "Counting, 0 looked at" in page.content.decode()
    assert "<html" not in page.content.decode()
    count_slice(campaign.pk)
    assert "No lead of this campaign waits" in client.get(campaign.get_absolute_url()).content.decode()
    assert client.get(url).status_code == 405


def test_counts_are_of_the_organisation_and_the_role(client_of, organisation, telecaller, outsider):
    with acting_for(organisation):
        campaign = make_campaign(telecaller)
        counted(campaign)
    addresses = [reverse("dialer:campaign_count", args=[campaign.pk]), gate_page(campaign, "open")]

    assert (
        client_of(outsider).post(addresses[0]).status_code == client_of(outsider).get(addresses[1]).status_code == 404
    )
    assert client_of(telecaller).post(addresses[0]).status_code == 403
    assert client_of(telecaller).get(addresses[1]).status_code == 403


def queries(campaign, client, telecaller):
    """How many questions the page, the rows of a gate and a step of the count take."""
    make_entry(make_lead(assigned_to=telecaller), campaign, reserved_for=telecaller)
    counted(campaign)
    client.get(campaign.get_absolute_url())
    asked = []
    for ask in (
        lambda: client.get(campaign.get_absolute_url()),
        lambda: client.get(gate_page(campaign, "open")),
        lambda: CampaignCount.objects.update(state="queued", upto=None) and count_slice(campaign.pk),
    ):
        with CaptureQueriesContext(connection) as captured:
            ask()
        asked.append(len(captured))
    CampaignCount.objects.update(state="done")
    CountedLead.objects.all().delete()
    return asked


def test_the_pages_and_the_count_ask_the_same_queries_for_any_number(client_of, open_scope, manager, telecaller):
    campaign, client = make_campaign(telecaller), client_of(manager)
    with_one = queries(campaign, client, telecaller)
    make_list(campaign)
    make_entry(make_lead(), campaign)

    assert queries(campaign, client, telecaller) == with_one


def test_a_lead_may_be_removed_after_it_was_counted(open_scope, telecaller):
    campaign = make_campaign(telecaller)
    lead = make_lead()
    make_entry(lead, campaign)
    counted(campaign)

    assert release([lead.pk]) == set()
    assert CountedLead.objects.count() == 0


def test_the_database_refuses_a_second_count_of_a_campaign(scope):
    campaign = make_campaign()
    CampaignCount.objects.create(campaign=campaign)

    with pytest.raises(IntegrityError, match="campaign_count_once"), transaction.atomic():
        CampaignCount.objects.create(campaign=campaign)


# Forecast

NOON = dt.datetime(2026, 11, 24, 6, 30, tzinfo=dt.UTC)
NINE_PM = NOON + dt.timedelta(hours=9)


def minutes(number):
    return NOON + dt.timedelta(minutes=number)


@pytest.mark.parametrize(
    ("returns", "called", "ends_at", "left", "back"),
    [
        # One call a minute; 60 wait, of whom 20 were called since the count: dry in 40 minutes.
        ([(minutes(-5), 60)], 20, minutes(40), 0, (None, 0)),
        ([(minutes(-5), 40), (minutes(65), 212)], 0, minutes(40), 0, (minutes(65), 212)),
        # Ten come back before it is dry.
        ([(minutes(-5), 40), (minutes(30), 10), (minutes(90), 7)], 0, minutes(50), 0, (minutes(90), 7)),
        ([(minutes(5), 3)], 0, minutes(0), 0, (minutes(5), 3)),
        ([], 0, minutes(0), 0, (None, 0)),
        # It lasts beyond the last call of the day; what comes back tomorrow is not counted.
        ([(minutes(0), 1000), (minutes(900), 5)], 0, None, 460, (None, 0)),
    ],
)
def test_when_a_campaign_runs_dry(returns, called, ends_at, left, back):
    found = foresee(returns, called=called, rate=1 / 60, now=NOON, closes_at=NINE_PM)

    assert (found.ends_at, found.left, (found.returns_at, found.returns)) == (ends_at, left, back)
    assert found.per_hour == 60


def test_the_page_says_when_it_runs_dry_by_the_rate_of_the_last_hour(client_of, open_scope, manager, telecaller):
    campaign = make_campaign(telecaller)
    noon = dt.datetime(2026, 11, 24, 12, tzinfo=open_scope.zone)
    with time_machine.travel(noon, tick=False):
        for number in range(12):
            called = make_call(make_lead(), telecaller, started_at=noon - dt.timedelta(minutes=5 * number + 5))
            type(called).objects.filter(pk=called.pk).update(campaign=campaign)
        for _ in range(6):
            make_entry(make_lead(), campaign)
        for _ in range(2):
            make_entry(make_lead(), campaign, rank=Rank.RETRY, due_at=noon + dt.timedelta(minutes=58))
        counted(campaign)
        page = client_of(manager).get(campaign.get_absolute_url())

    found = page.context["forecast"]
    assert (found.per_hour, found.ends_at) == (12, noon + dt.timedelta(minutes=30))
    assert (found.returns_at, found.returns) == (noon + dt.timedelta(hours=1), 2)
    assert "2 leads return" in page.content.decode()


# A change that leaves nothing to call


def sent(campaign, by, **more):
    form = CampaignForm(instance=campaign, by=by)
    shown = {name: form[name].value() for name in form.fields if form[name].value() not in (None, "")}
    return shown | {"members": [str(pk) for pk in shown["members"]]} | more


def test_a_change_that_leaves_nothing_to_call_is_shown_before_it_is_saved(client_of, scope, manager, telecaller):
    campaign = make_campaign(telecaller, opens_at=dt.time(10), closes_at=dt.time(20))
    for _ in range(3):
        make_entry(make_lead(), campaign)
    url = reverse("dialer:campaign_edit", args=[campaign.pk])
    late = sent(campaign, manager, opens_at="21:30", closes_at="22:30")
    client = client_of(manager)

    response = client.post(url, late)

    assert response.status_code == 422
    assert response.context["lost"].leads == 3
    assert "none of 3 waiting leads would ever be called" in response.content.decode()
    assert campaign.reloaded().opens_at == dt.time(10)
    assert client.post(url, late | {"anyway": "on"}).status_code == 302
    assert campaign.reloaded().opens_at == dt.time(21, 30)
    # Nothing was to be called before this change, so it takes nothing away.
    assert client.post(url, late | {"name": "Late"}).status_code == 302


def test_a_change_that_leaves_some_is_saved_at_once_even_of_a_paused_campaign(client_of, scope, manager, telecaller):
    campaign = make_campaign(telecaller, state="paused", opens_at=dt.time(10), closes_at=dt.time(20))
    make_entry(make_lead(), campaign)

    url = reverse("dialer:campaign_edit", args=[campaign.pk])
    assert client_of(manager).post(url, sent(campaign, manager, opens_at="19:00")).status_code == 302


def test_the_first_list_of_leads_tells_nothing_of_an_empty_campaign(client_of, scope, manager, telecaller):
    campaign = make_campaign(telecaller)
    assert first_list(campaign).state == CampaignList.State.RUNNING

    url = reverse("dialer:campaign_edit", args=[campaign.pk])
    assert client_of(manager).post(url, sent(campaign, manager, opens_at="21:30", closes_at="22:30")).status_code == 302
