"""Why a lead is or is not called: the page, and that it says what the queue and the call do."""

import datetime as dt
import random

import pytest
import time_machine
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.permissions import Role
from accounts.tenancy import acting_for
from accounts.tests.factories import make_member
from dialer.calls.contact import decide
from dialer.campaigns import queue
from dialer.campaigns.queue import claim_next
from dialer.models import Campaign, QueueEntry
from dialer.tests.factories import make_call, make_campaign, make_entry, open_all_day
from dialer.why import explain, moment_asked
from leads.models import Status
from leads.tests.factories import make_follow_up, make_lead
from privacy.contact_reasons import GateName
from privacy.models import ContactPolicy, DoNotCall

Rank, Finished = QueueEntry.Rank, QueueEntry.Finished
HOUR = dt.timedelta(hours=1)


@pytest.fixture(autouse=True)
def forget_heads():
    queue._heads.clear()
    yield
    queue._heads.clear()


@pytest.fixture
def telecaller(organisation):
    return make_member(organisation, Role.TELECALLER, first_name="Asha")


@pytest.fixture
def at_any_hour(scope):
    open_all_day()
    return scope


def page(client, lead, **query):
    return client.get(reverse("dialer:why", args=[lead.pk]), query)


def text_of(response):
    return " ".join(response.content.decode().split())


def failing(why):
    return [answer.gate for answer in why.queue if answer.outcome == "fail"]


def test_a_lead_that_is_handed_out_passes_every_gate(client_of, at_any_hour, telecaller, manager):
    lead = make_lead(assigned_to=telecaller)
    make_entry(lead, make_campaign(telecaller, name="Pune rooftop"), reserved_for=telecaller)

    response = page(client_of(telecaller), lead)

    assert response.status_code == 200
    assert "Can be called now" in text_of(response)
    assert "First call, in Pune rooftop." in text_of(response)
    assert "It is kept for you." in text_of(response)
    assert "It is kept for Asha" in text_of(page(client_of(manager), lead))


def test_the_first_refusal_and_the_time_stand_above(client_of, at_any_hour, telecaller):
    ContactPolicy.objects.update(minimum_gap_minutes=60, daily_attempts=5)
    lead = make_lead(assigned_to=telecaller)
    call = make_call(lead, telecaller, disposition="No answer", started_at=timezone.now() - dt.timedelta(minutes=20))

    response = page(client_of(telecaller), lead)

    text = text_of(response)
    assert "Can be called from" in text
    assert "20 min since the last call; your rules ask for 60." in text
    assert "It was never put into a campaign" in text
    assert response.context["why"].decision.dialable_at == call.started_at + HOUR
    assert "No answer" in text


def test_the_follow_up_is_offered_for_the_first_minute_that_is_allowed(client_of, at_any_hour, telecaller):
    ContactPolicy.objects.update(minimum_gap_minutes=60, daily_attempts=5)
    lead = make_lead(assigned_to=telecaller)
    make_call(lead, telecaller, started_at=timezone.now() - dt.timedelta(minutes=20))
    client = client_of(telecaller)

    why = page(client, lead).context["why"]
    client.post(reverse("leads:plan", args=[lead.pk]), {"due": "pick", "due_at": why.next_minute})

    entry = QueueEntry.objects.get(lead=lead)
    assert dt.timedelta(0) <= entry.due_at - why.decision.dialable_at < dt.timedelta(minutes=1)
    assert decide(lead, at=entry.due_at).is_allowed


def test_what_waiting_cannot_change_is_no_time(client_of, at_any_hour, telecaller):
    lead = make_lead(assigned_to=telecaller)
    make_entry(lead, reserved_for=telecaller)
    DoNotCall.objects.create(phone=lead.phone, source=DoNotCall.Source.CALL, by=telecaller)

    response = page(client_of(telecaller), lead)

    assert "Cannot be called" in text_of(response)
    assert "Set a follow-up then" not in text_of(response)
    assert response.context["why"].handed_at is None


def test_a_manager_is_told_of_anybody_and_not_of_their_own_phone(client_of, at_any_hour, telecaller, manager):
    lead = make_lead(assigned_to=telecaller)
    make_entry(lead, reserved_for=telecaller)
    make_call(make_lead(), manager, talk=5, closed_at=None, wrap_up_seconds=None)

    response = page(client_of(manager), lead)

    assert response.context["why"].is_handed_out
    assert "Asked of whoever calls, when the call is placed." in text_of(response)


def test_a_telecaller_who_owes_an_outcome_is_told_so(client_of, at_any_hour, telecaller):
    lead = make_lead(assigned_to=telecaller)
    make_call(make_lead(), telecaller, talk=5, closed_at=None, wrap_up_seconds=None)

    why = page(client_of(telecaller), lead).context["why"]

    assert why.decision.refusal.gate == GateName.TELECALLER_LINE


@pytest.mark.parametrize(
    ("change", "gate", "words"),
    [
        ({"state": Campaign.State.PAUSED}, "campaign", "Rooftop: Paused."),
        ({"opens_at": dt.time(15), "closes_at": dt.time(16)}, "campaign_hours", "15:00 to 16:00."),
        ({"due": HOUR}, "time", "Its turn comes"),
        ({"lease": HOUR}, "hands", "holds it until"),
        ({"members": []}, "people", "Nobody calls it."),
        ({"finished": Finished.RETRIES_USED}, "waits", "It waits no more: Retries used."),
        ({"status": "Lost"}, "status", "Lost, a closed status."),
    ],
)
def test_each_gate_of_the_queue_can_fail(client_of, at_any_hour, telecaller, colleague, manager, change, gate, words):
    noon = dt.datetime(2026, 11, 24, 12, tzinfo=at_any_hour.zone)
    with time_machine.travel(noon, tick=False):
        lead = make_lead(status=Status.objects.get(name=change.get("status", "New")))
        fields = {name: change[name] for name in ("state", "opens_at", "closes_at") if name in change}
        campaign = make_campaign(*change.get("members", [telecaller]), name="Rooftop", **fields)
        entry = make_entry(lead, campaign, due_at=noon + change.get("due", -HOUR))
        if "lease" in change:
            QueueEntry.objects.update(leased_to=colleague, lease_until=noon + change["lease"])
        if "finished" in change:
            entry.finish(change["finished"])
        response = page(client_of(manager), lead)

    assert failing(response.context["why"]) == [gate]
    assert words in text_of(response)
    assert not response.context["why"].is_handed_out


def test_a_moment_to_come_can_be_checked(client_of, at_any_hour, telecaller):
    lead = make_lead(assigned_to=telecaller)
    make_entry(lead, reserved_for=telecaller, due_at=timezone.now() + HOUR)
    client = client_of(telecaller)
    later = timezone.localtime(timezone.now() + 2 * HOUR, at_any_hour.zone)

    now, then = page(client, lead), page(client, lead, at=f"{later:%Y-%m-%dT%H:%M}")

    assert not now.context["why"].is_handed_out
    assert then.context["why"].is_handed_out
    assert "Can be called then" in text_of(then)


@pytest.mark.parametrize(
    "text", ["", "soon", "2026-13-45T10:00", "0001-01-01T00:00", "9999-12-31T23:59", "2020-01-01T10:00"]
)
def test_no_moment_to_come(client_of, at_any_hour, telecaller, text):
    lead = make_lead(assigned_to=telecaller)

    assert moment_asked(text) is None
    response = page(client_of(telecaller), lead, at=text)
    assert response.status_code == 200
    assert ("Only a moment of the next 60 days" in text_of(response)) == bool(text)


def test_a_refused_call_leads_here(client_of, scope, telecaller):
    ContactPolicy.objects.update(minimum_gap_minutes=600, opens_at=dt.time(0), closes_at=dt.time.max)
    lead = make_lead(assigned_to=telecaller)
    make_call(lead, telecaller)
    client, link = client_of(telecaller), reverse("dialer:why", args=[lead.pk])

    refused = client.post(reverse("dialer:start_call", args=[lead.pk]))

    assert refused.status_code == 409
    assert f'href="{link}"' in refused.content.decode()
    assert f'href="{link}"' in client.get(lead.get_absolute_url()).content.decode()


def test_who_may_not(client_of, scope, telecaller, colleague, outsider):
    lead = make_lead(assigned_to=telecaller)

    assert page(client_of(colleague), lead).status_code == 404
    assert page(client_of(outsider), lead).status_code == 404
    assert client_of(telecaller).post(reverse("dialer:why", args=[lead.pk])).status_code == 405


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_asks_the_same_queries_for_any_number_of_calls(client_of, at_any_hour, telecaller, count):
    ContactPolicy.objects.update(daily_attempts=30, lifetime_attempts=30)
    lead = make_lead(assigned_to=telecaller)
    client = client_of(telecaller)
    make_call(lead, telecaller, disposition="No answer")
    with CaptureQueriesContext(connection) as before:
        page(client, lead)
    for _ in range(count):
        make_call(lead, telecaller, disposition="No answer")
    with CaptureQueriesContext(connection) as after:
        page(client, lead)

    assert len(after) == len(before)


class World:
    """A lead that waits, or not, in a place drawn at random, of the kinds that the application makes."""

    def __init__(self, seed, now, me, colleague, gone):
        self.dice = dice = random.Random(seed)
        owner = dice.choice([None, None, me, colleague, gone])
        self.lead = make_lead(assigned_to=owner, status=self.status())
        if dice.random() < 0.15:
            DoNotCall.objects.create(phone=self.lead.phone, source=DoNotCall.Source.CALL, by=me)
        if dice.random() < 0.3:
            make_call(self.lead, me, started_at=now - dice.uniform(0.1, 30) * HOUR)
        if dice.random() < 0.2:
            make_follow_up(self.lead, me, due_at=now + dice.uniform(0.1, 5) * HOUR)
        self.wait(now, owner, me, colleague)

    def status(self):
        return Status.objects.get(name=self.dice.choice(["New", "New", "New", "Interested", "Lost"]))

    def campaign(self, me, colleague):
        dice = self.dice
        hours = dice.choice([(0, 23), (0, 23), (9, 13), (13, 18)])
        members = dice.choice([[], [me], [colleague], [me, colleague]])
        state = dice.choice([Campaign.State.RUNNING] * 3 + [Campaign.State.PAUSED])
        return make_campaign(*members, state=state, opens_at=dt.time(hours[0]), closes_at=dt.time(hours[1]))

    def wait(self, now, owner, me, colleague):
        dice = self.dice
        if dice.random() < 0.1:
            return
        is_kept = owner is not None and owner.deactivated_at is None
        campaign = dice.choice([None, self.campaign(me, colleague), self.campaign(me, colleague)])
        holder = dice.choice([None] * 4 + [me, colleague])
        entry = make_entry(
            self.lead, campaign, rank=dice.choice(Rank.values), due_at=now + dice.choice([-3, -1, -1, 2, 20]) * HOUR,
            reserved_for=owner if is_kept else dice.choice([None, me, colleague]),
            leased_to=holder, lease_until=now + dice.choice([-1, 1, 5]) * HOUR if holder else None,
        )  # fmt: skip
        if dice.random() < 0.1:
            entry.finish(Finished.DONE)


def is_handed(lead, member, at):
    """Whether the queue itself puts the lead into the hands of `member` at that moment; nothing of it stays."""
    queue._heads.clear()
    with time_machine.travel(at, tick=False), transaction.atomic():
        entry = claim_next(member)
        transaction.set_rollback(True)
    return entry is not None and entry.lead_id == lead.pk


@pytest.mark.parametrize("seed", range(60))
def test_the_page_says_what_the_queue_does(scope, telecaller, colleague, seed):
    ContactPolicy.objects.update(opens_at=dt.time(10), closes_at=dt.time(20), minimum_gap_minutes=120)
    gone = make_member(scope, Role.TELECALLER, first_name="Gone")
    gone.deactivated_at = timezone.now()
    gone.save()
    now = dt.datetime(2026, 11, 24, 12, tzinfo=scope.zone)
    with time_machine.travel(now, tick=False):
        lead = World(seed, now, telecaller, colleague, gone).lead
        lead = type(lead).objects.select_related("status", "assigned_to__user").get(pk=lead.pk)
        why = explain(lead, member=telecaller, at=now)

    assert why.is_handed_out == is_handed(lead, telecaller, now)
    if why.handed_at is not None:
        assert is_handed(lead, telecaller, why.handed_at)
    if why.handed_at is not None and why.handed_at > now:
        assert not is_handed(lead, telecaller, why.handed_at - dt.timedelta(seconds=1))
    if why.handed_at is None:
        assert not any(is_handed(lead, telecaller, now + hours * HOUR) for hours in (3, 23, 49))


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("width", [390, 1280])
def test_asking_why_in_the_browser(visit, organisation, telecaller, width):
    with acting_for(organisation):
        ContactPolicy.objects.update(opens_at=dt.time(0), closes_at=dt.time.max, minimum_gap_minutes=600)
        lead = make_lead(name="Suresh Patil", assigned_to=telecaller)
        make_call(lead, telecaller, disposition="No answer")
    tab = visit(telecaller, width=width)
    shown = tab.open(lead.get_absolute_url())
    shown.get_by_role("link", name="Why not? See every rule").click()
    shown.get_by_role("heading", name="Can be called from").wait_for()
    shown.get_by_role("button", name="Set a follow-up then").click()
    shown.get_by_text("The follow-up is planned.").wait_for()

    assert shown.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert tab.complaints == []
    assert tab.strangers == []
