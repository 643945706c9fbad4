"""The telecaller's loop: today, next lead, call, outcome, follow-up, next lead."""

import datetime as dt
import re

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.tenancy import acting_for
from dialer.calls import line
from dialer.models import Call, Campaign, Disposition, QueueEntry
from dialer.tests.factories import make_call, make_campaign, make_entry
from leads.actions.binning import delete_lead
from leads.models import FollowUp
from leads.tests.factories import make_lead
from privacy.models import ContactPolicy, DoNotCall
from teams.models import PauseCode, Presence

TODAY, NEXT = reverse("dialer:today"), reverse("dialer:next")


@pytest.fixture
def at_any_hour(scope):
    ContactPolicy.objects.update(opens_at=dt.time(0), closes_at=dt.time(23, 59, 59), minimum_gap_minutes=0)


@pytest.fixture
def campaign(at_any_hour, telecaller, colleague):
    return make_campaign(telecaller, colleague, script="Namaste {{first_name}} ji, from {{organisation}}.")


@pytest.fixture
def ended(at_any_hour, telecaller):
    """A call that was answered, is over, and waits for its outcome."""
    lead = make_lead(assigned_to=telecaller)
    make_entry(lead, reserved_for=telecaller)
    return make_call(lead, telecaller, talk=60, closed_at=None, wrap_up_seconds=None)


def outcome(name):
    return Disposition.objects.get(name=name)


def wrap_up(client, call, name, **more):
    return client.post(reverse("dialer:disposition", args=[call.pk]), {"outcome": outcome(name).pk, **more})


def test_next_hands_out_a_lead_once(client_of, campaign, telecaller, colleague):
    lead = make_lead()
    make_entry(lead, campaign)

    assert client_of(telecaller).post(NEXT).url == lead.get_absolute_url()
    assert client_of(colleague).post(NEXT).url == TODAY
    assert lead.reloaded().assigned_to == telecaller
    assert Presence.objects.get(member=telecaller).state == Presence.State.AVAILABLE


def test_who_owes_an_outcome_gets_that_first(client_of, ended, telecaller):
    assert client_of(telecaller).post(NEXT).url == reverse("dialer:disposition", args=[ended.pk])


def test_calling_shows_the_script_with_the_lead_in_it(client_of, campaign, telecaller):
    lead = make_lead(name="Suresh Patil", assigned_to=telecaller)
    make_entry(lead, campaign)
    client = client_of(telecaller)

    response = client.post(reverse("dialer:start_call", args=[lead.pk]))

    assert response.url == lead.get_absolute_url()
    page = client.get(response.url).content.decode()
    assert "<mark>Suresh</mark>" in page
    assert 'id="callbar"' in page
    assert "Hang up" in page
    assert QueueEntry.objects.get().leased_to == telecaller


def test_pressing_twice_makes_one_call(client_of, at_any_hour, telecaller):
    lead = make_lead(assigned_to=telecaller)
    client = client_of(telecaller)

    for _ in range(2):
        client.post(reverse("dialer:start_call", args=[lead.pk]))

    assert Call.objects.count() == 1


def test_a_refused_call_says_why(client_of, at_any_hour, telecaller):
    lead = make_lead(assigned_to=telecaller)
    DoNotCall.objects.create(phone=lead.phone, source="manual")
    client = client_of(telecaller)

    response = client.post(reverse("dialer:start_call", args=[lead.pk]))

    assert response.status_code == 409
    assert response.context["sentence"] in response.content.decode()
    assert response.context["sentence"] in client.get(lead.get_absolute_url()).content.decode()


def test_one_press_saves_an_outcome_and_goes_on(client_of, campaign, ended, telecaller):
    following = make_lead()
    make_entry(following, campaign)

    response = wrap_up(client_of(telecaller), ended, "Not interested")

    assert response.url == following.get_absolute_url()
    call = ended.reloaded()
    assert (call.disposition, call.closed_at is not None) == (outcome("Not interested"), True)
    assert ended.lead.reloaded().status.name == "Lost"
    assert ended.lead.reloaded().last_disposition_id == call.disposition_id
    assert QueueEntry.objects.get(lead=ended.lead).finished_because == "not_interested"


def test_an_outcome_that_needs_a_follow_up_asks_when_and_keeps_the_note(client_of, ended, telecaller):
    client = client_of(telecaller)
    asked = wrap_up(client, ended, "Call back", note="After ten")

    assert asked.status_code == 200
    assert "After ten" in asked.content.decode()
    chosen = outcome("Call back").pk
    saved = client.post(
        reverse("dialer:disposition", args=[ended.pk]),
        {"chosen": chosen, "due": "1h", "then": "stay", "note": "After ten"},
    )

    assert saved.url == ended.lead.get_absolute_url()
    follow_up = FollowUp.objects.get()
    assert (follow_up.kind, follow_up.note, follow_up.assigned_to) == (FollowUp.Kind.CALLBACK, "After ten", telecaller)
    assert dt.timedelta(minutes=58) < follow_up.due_at - timezone.now() < dt.timedelta(minutes=61)
    entry = QueueEntry.objects.get()
    assert (entry.rank, entry.due_at, entry.reserved_for) == (QueueEntry.Rank.FOLLOW_UP, follow_up.due_at, telecaller)


@pytest.mark.parametrize(
    ("due", "due_at"),
    [("pick", ""), ("pick", "nonsense"), ("pick", "2020-01-01T10:00"), ("never", ""), ("pick", "2026-02-31T10:00")],
)
def test_a_bad_time_is_refused_and_nothing_is_saved(client_of, ended, telecaller, due, due_at):
    fields = {"chosen": outcome("Call back").pk, "due": due, "due_at": due_at}

    response = client_of(telecaller).post(reverse("dialer:disposition", args=[ended.pk]), fields)

    assert response.status_code == 422
    assert ended.reloaded().closed_at is None


def test_a_picked_time_is_that_of_the_organisations_zone(client_of, ended, telecaller):
    day = timezone.localdate() + dt.timedelta(days=2)
    fields = {"chosen": outcome("Call back").pk, "due": "pick", "due_at": f"{day}T15:30"}

    client_of(telecaller).post(reverse("dialer:disposition", args=[ended.pk]), fields)

    assert timezone.localtime(FollowUp.objects.get().due_at, ended.organisation.zone).strftime("%H:%M") == "15:30"


def test_an_outcome_that_the_talk_does_not_fit_is_refused(client_of, ended, telecaller):
    response = wrap_up(client_of(telecaller), ended, "No answer")

    assert response.status_code == 422
    assert "does not fit" in response.content.decode()


def test_no_outcome_at_all_is_refused(client_of, ended, telecaller):
    assert client_of(telecaller).post(reverse("dialer:disposition", args=[ended.pk])).status_code == 422


def test_a_second_tab_is_told_that_it_is_saved(client_of, ended, telecaller):
    client = client_of(telecaller)
    wrap_up(client, ended, "Not interested")

    assert wrap_up(client, ended, "Converted").status_code == 409
    assert ended.reloaded().disposition == outcome("Not interested")


def test_a_live_call_has_no_outcome_yet(client_of, at_any_hour, telecaller):
    lead = make_lead(assigned_to=telecaller)
    client = client_of(telecaller)
    client.post(reverse("dialer:start_call", args=[lead.pk]))

    assert wrap_up(client, Call.objects.get(), "Not interested").status_code == 409


def test_do_not_call_bars_the_number(client_of, at_any_hour, telecaller):
    call = make_call(make_lead(assigned_to=telecaller), telecaller, closed_at=None)

    wrap_up(client_of(telecaller), call, "Do not call")

    assert DoNotCall.objects.get().phone == call.phone


def test_undo_opens_the_wrap_up_again(client_of, ended, telecaller):
    client = client_of(telecaller)
    wrap_up(client, ended, "Not interested", then="stay")

    response = client.post(reverse("dialer:undo", args=[ended.pk]))

    assert response.url == reverse("dialer:disposition", args=[ended.pk])
    assert ended.reloaded().is_in_wrap_up
    assert ended.lead.reloaded().status.name == "New"
    assert QueueEntry.objects.get().finished_at is None


def test_the_providers_own_outcome_is_offered_first(client_of, at_any_hour, telecaller):
    call = make_call(make_lead(assigned_to=telecaller), telecaller, closed_at=None, status="busy")

    page = client_of(telecaller).get(reverse("dialer:disposition", args=[call.pk]))

    assert page.context["suggested"] == outcome("Busy")


def test_a_retry_waits_by_its_rule(client_of, campaign, telecaller):
    lead = make_lead(assigned_to=telecaller)
    make_entry(lead, campaign)
    call = make_call(lead, telecaller, campaign=campaign, closed_at=None, status="busy")

    wrap_up(client_of(telecaller), call, "Busy", then="stay")

    entry = QueueEntry.objects.get()
    assert (entry.rank, entry.attempts, entry.leased_to) == (QueueEntry.Rank.RETRY, 1, None)
    assert entry.due_at - call.ended_at == dt.timedelta(minutes=60)


def test_the_note_of_an_open_call_is_kept_as_a_draft(client_of, ended, telecaller):
    address = reverse("dialer:note", args=[ended.pk])

    assert "saved as draft" in client_of(telecaller).post(address, {"note": "Bring papers"}).content.decode()
    assert ended.reloaded().note == "Bring papers"


def test_the_call_bar_is_true_to_the_server(client_of, at_any_hour, telecaller):
    client = client_of(telecaller)
    address = reverse("dialer:active_call")
    assert client.get(address).content == b""
    lead = make_lead(assigned_to=telecaller)
    client.post(reverse("dialer:start_call", args=[lead.pk]))
    assert "Hang up" in client.get(address).content.decode()

    client.post(reverse("dialer:hang_up", args=[Call.objects.get().pk]))

    assert "Choose an outcome" in client.get(address).content.decode()


def test_the_bar_leads_to_the_outcome_unless_it_is_asked_there(client_of, ended, telecaller):
    client, asked = client_of(telecaller), reverse("dialer:disposition", args=[ended.pk])
    link, bar = f'<a class="btn go" href="{asked}">', reverse("dialer:active_call")

    def looked_at(page):
        headers = {"HX-Request": "true", "HX-Current-URL": f"http://testserver{page}"}
        return client.get(bar, headers=headers).content.decode()

    assert link in client.get(TODAY).content.decode()
    assert link in looked_at(TODAY)
    assert link not in client.get(asked).content.decode()
    assert link not in looked_at(asked)
    boosted = {"HX-Request": "true", "HX-Boosted": "true", "HX-Current-URL": f"http://testserver{TODAY}"}
    assert link not in client.get(asked, headers=boosted).content.decode()


def test_the_page_of_a_lead_that_went_in_the_call_is_loaded_again(client_of, at_any_hour, telecaller, manager):
    client, lead = client_of(telecaller), make_lead(assigned_to=telecaller)
    client.post(reverse("dialer:start_call", args=[lead.pk]))
    delete_lead(lead, by=manager)

    answer = client.get(reverse("dialer:panel", args=[lead.pk]), headers={"HX-Request": "true"})

    assert (answer.status_code, answer.headers.get("HX-Refresh")) == (404, "true")
    assert client.get(lead.get_absolute_url()).status_code == 404


def test_the_bar_and_the_panel_are_left_alone_while_nothing_changes(client_of, at_any_hour, telecaller):
    client = client_of(telecaller)
    lead = make_lead(assigned_to=telecaller)
    client.post(reverse("dialer:start_call", args=[lead.pk]))

    def ask(address):
        response = client.get(address, headers={"HX-Request": "true"})
        return response.status_code, re.findall(r'hx-get="([^"]*shown=\w+)"', response.content.decode())

    shown = []
    for address in (reverse("dialer:active_call"), reverse("dialer:panel", args=[lead.pk])):
        status, [again] = ask(address)
        assert (status, *ask(again)) == (200, 204, [])
        shown.append(again)
    client.post(reverse("dialer:hang_up", args=[Call.objects.get().pk]))
    assert [ask(again)[0] for again in shown] == [200, 200]


def test_calls_of_others_are_not_found(client_of, ended, colleague, outsider):
    for member in (colleague, outsider):
        client = client_of(member)
        for name in ("hang_up", "note", "disposition", "undo"):
            assert client.post(reverse(f"dialer:{name}", args=[ended.pk])).status_code == 404


def test_leads_of_another_organisation_are_not_called(client_of, outsider, organisation, telecaller):
    with acting_for(organisation):
        lead = make_lead(assigned_to=telecaller)

    assert client_of(outsider).post(reverse("dialer:start_call", args=[lead.pk])).status_code == 404
    assert client_of(outsider).get(reverse("dialer:panel", args=[lead.pk])).status_code == 404


@pytest.mark.parametrize("name", ["next", "today", "active_call"])
def test_wrong_methods(client_of, telecaller, name):
    client = client_of(telecaller)
    answer = client.get(reverse(f"dialer:{name}")) if name == "next" else client.post(reverse(f"dialer:{name}"))
    assert answer.status_code == 405


def test_a_break_begins_and_ends(client_of, telecaller, scope):
    code = PauseCode.objects.get(name="Tea")
    client = client_of(telecaller)

    client.post(reverse("teams:presence"), {"state": code.pk})
    assert "Tea" in client.get(TODAY).content.decode()
    client.post(reverse("teams:presence"), {"state": "available"})
    client.post(reverse("teams:presence"), {"state": "nonsense"})

    assert [row.state for row in Presence.objects.order_by("started_at", "id")] == ["pause", "available"]


def test_the_status_is_fetched_when_the_bar_of_the_call_changed(client_of, at_any_hour, telecaller):
    client, bar = client_of(telecaller), reverse("dialer:active_call")
    without = client.get(bar, headers={"HX-Request": "true"})
    client.post(reverse("dialer:start_call", args=[make_lead(assigned_to=telecaller).pk]))

    during = client.get(bar, headers={"HX-Request": "true"})
    gone = client.get(bar, {"shown": "what-is-over"}, headers={"HX-Request": "true"})
    status = client.get(reverse("teams:presence"), headers={"HX-Request": "true"})

    assert "HX-Trigger" not in without.headers
    assert during.headers["HX-Trigger"] == gone.headers["HX-Trigger"] == "presence:changed"
    assert "On a call" in status.content.decode()
    assert "<html" not in status.content.decode()


def test_nobody_takes_a_break_on_the_line(client_of, at_any_hour, telecaller):
    client = client_of(telecaller)
    client.post(reverse("dialer:start_call", args=[make_lead(assigned_to=telecaller).pk]))

    client.post(reverse("teams:presence"), {"state": "offline"})

    assert Presence.objects.get(ended_at=None).state == Presence.State.ON_CALL


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("width", [390, 1280])
def test_the_loop_in_the_browser(visit, organisation, telecaller, width):
    with acting_for(organisation):
        ContactPolicy.objects.update(opens_at=dt.time(0), closes_at=dt.time(23, 59, 59), minimum_gap_minutes=0)
        campaign = make_campaign(telecaller, script="Namaste {{first_name}} ji.")
        first, second = make_lead(name="Suresh Patil"), make_lead(name="Lakshmi Narayanan")
        make_entry(first, campaign, due_at=timezone.now() - dt.timedelta(minutes=2))
        make_entry(second, campaign)
    tab = visit(telecaller, width=width)
    page = tab.open(TODAY)

    page.get_by_role("button", name="Call next lead").click()
    page.get_by_role("heading", name="Suresh Patil", level=1).wait_for()
    page.get_by_role("button", name="Call Suresh Patil").click()
    page.get_by_text("Namaste").wait_for()
    with acting_for(organisation):
        call = Call.objects.get()
        Call.objects.update(
            agent_status="in-progress", customer_status="in-progress", status="in-progress", answered_at=timezone.now()
        )
    page.get_by_role("button", name="Hang up").wait_for()
    with acting_for(organisation):
        line.end(call.reloaded(), Call.Status.COMPLETED)
    page.get_by_role("button", name="Call back").click()
    page.get_by_role("button", name="Save and next").click()
    page.get_by_role("heading", name="Lakshmi Narayanan", level=1).wait_for()

    with acting_for(organisation):
        assert Call.objects.get().disposition.name == "Call back"
        assert FollowUp.objects.count() == 1
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert tab.complaints == []
    assert tab.strangers == []


def test_a_campaign_that_is_paused_hands_out_nothing(client_of, campaign, telecaller):
    make_entry(make_lead(), campaign)
    Campaign.objects.update(state=Campaign.State.PAUSED)

    assert client_of(telecaller).post(NEXT).url == TODAY
