"""How calls of a campaign start: after a look, when a countdown ends, or one after the other. And skipping."""

import datetime as dt

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry
from accounts.tenancy import acting_for
from dialer.campaigns.modes import GRACE
from dialer.campaigns.queue import claim_next, lay_down
from dialer.models import Call, Campaign, Disposition, QueueEntry, Skip
from dialer.tests.factories import make_campaign, make_entry, open_all_day
from leads.actions.removing import remove_leads
from leads.tests.factories import make_lead
from teams.actions.presence import presence_of, set_presence
from teams.models import PauseCode, Presence

NEXT, TODAY = reverse("dialer:next"), reverse("dialer:today")
Mode, State = Campaign.Mode, Presence.State


@pytest.fixture
def campaign(scope, telecaller):
    open_all_day()
    campaign = make_campaign(telecaller)
    for place in range(3):
        make_entry(make_lead(name=f"Lead {place}"), campaign, due_at=timezone.now() - dt.timedelta(hours=3 - place))
    return campaign


def set_mode(campaign, **fields):
    for name, value in fields.items():
        setattr(campaign, name, value)
    campaign.save()


@pytest.fixture
def timed(campaign):
    set_mode(campaign, mode=Mode.TIMED, countdown_seconds=10)
    return campaign


@pytest.fixture
def progressive(campaign):
    set_mode(campaign, mode=Mode.PROGRESSIVE)
    return campaign


def in_hand():
    return QueueEntry.objects.select_related("lead", "campaign").get(leased_to__isnull=False)


def pass_time(seconds):
    """Move the deadline instead of the clock."""
    entry = in_hand()
    QueueEntry.objects.filter(pk=entry.pk).update(call_at=entry.call_at - dt.timedelta(seconds=seconds))


def begin(client, lead, **sent):
    return client.post(reverse("dialer:start_call", args=[lead.pk]), sent)


def by_itself(client, lead):
    return begin(client, lead, by_itself="1")


def skip(client, lead, reason="later", **more):
    return client.post(reverse("dialer:skip", args=[lead.pk]), {"reason": reason, **more})


def panel_of(client, lead):
    return client.get(reverse("dialer:panel", args=[lead.pk])).content.decode()


def finish(client, name="Already bought", **more):
    """End the open call after a talk, and choose its outcome."""
    now = timezone.now()
    answered = now - dt.timedelta(seconds=60)
    Call.objects.open().update(
        status="completed", answered_at=answered, started_at=answered, ended_at=now, talk_seconds=60
    )
    call = Call.objects.open().get()
    sent = {"outcome": Disposition.objects.get(name=name).pk, **more}
    return client.post(reverse("dialer:disposition", args=[call.pk]), sent, follow=True)


# Preview


def test_a_preview_waits_for_its_press(client_of, campaign, telecaller):
    client = client_of(telecaller)

    client.post(NEXT)

    assert in_hand().call_at is None
    assert not Call.objects.exists()
    page = panel_of(client, in_hand().lead)
    assert "data-jini-countdown=" not in page
    assert "Skip…" in page
    assert by_itself(client, in_hand().lead).status_code == 409
    assert not Call.objects.exists()


def test_a_skip_says_why_and_the_next_lead_is_there(client_of, campaign, telecaller, manager):
    client = client_of(telecaller)
    client.post(NEXT)
    first = in_hand().lead

    response = skip(client, first, note="Asks for a price list")

    assert in_hand().lead.name == "Lead 1"
    assert response.url == in_hand().lead.get_absolute_url()
    row = Skip.objects.get()
    assert (row.lead, row.telecaller, row.campaign, row.reason) == (first, telecaller, campaign, "later")
    back = QueueEntry.objects.get(lead=first)
    assert back.leased_to is None
    assert dt.timedelta(minutes=29) < back.due_at - timezone.now() < dt.timedelta(minutes=31)
    timeline = client.get(first.get_absolute_url()).content.decode()
    assert "Asha Kulkarni, Not a good time to call them: Asks for a price list" in timeline
    assert client_of(manager).get(campaign.get_absolute_url()).context["skips"] == [("Asha Kulkarni", 1)]
    assert AuditEntry.objects.filter(verb="lead.skipped").count() == 1


@pytest.mark.parametrize("reason", ["", "other_lead", "no reason"])
def test_a_skip_without_a_reason_is_refused(client_of, campaign, telecaller, reason):
    client = client_of(telecaller)
    client.post(NEXT)

    assert skip(client, in_hand().lead, reason).status_code == 422
    assert in_hand().lead.name == "Lead 0"
    assert not Skip.objects.exists()


def test_where_skipping_is_not_allowed_the_server_refuses_it(client_of, campaign, telecaller):
    set_mode(campaign, may_skip=False)
    client = client_of(telecaller)
    client.post(NEXT)
    held = in_hand().lead

    page = panel_of(client, held)
    assert "Skip…" not in page
    assert "does not let leads be skipped" in page
    assert skip(client, held).status_code == 409
    own = make_lead(assigned_to=telecaller)
    refused = begin(client, own)
    assert refused.status_code == 409
    assert held.get_absolute_url() in refused.content.decode()
    assert not Call.objects.exists()
    assert begin(client, held).status_code == 302


def test_what_may_not_be_called_now_does_not_stop_other_calls(client_of, campaign, telecaller):
    set_mode(campaign, may_skip=False)
    client = client_of(telecaller)
    client.post(NEXT)
    held = in_hand().lead
    held.phone = "+18005550199"
    held.save()

    assert begin(client, make_lead(assigned_to=telecaller)).status_code == 302


def test_a_paused_campaign_forbids_nothing(client_of, campaign, telecaller):
    set_mode(campaign, may_skip=False)
    client = client_of(telecaller)
    client.post(NEXT)
    set_mode(campaign, state=Campaign.State.PAUSED)

    assert skip(client, in_hand().lead).status_code == 302


def test_calling_another_lead_is_a_skip_too(client_of, campaign, telecaller):
    client = client_of(telecaller)
    client.post(NEXT)
    held = in_hand().lead

    begin(client, make_lead(assigned_to=telecaller))

    assert [(row.lead, row.reason) for row in Skip.objects.all()] == [(held, Skip.Reason.OTHER_LEAD)]


def test_only_what_is_in_hand_is_skipped(client_of, campaign, telecaller, colleague, outsider):
    client = client_of(telecaller)
    own = make_lead(assigned_to=telecaller)
    assert skip(client, own).status_code == 409
    client.post(NEXT)
    held = in_hand().lead
    assert skip(client_of(colleague), held).status_code == 404
    assert skip(client_of(outsider), held).status_code == 404
    assert client.get(reverse("dialer:skip", args=[held.pk])).status_code == 405
    begin(client, held)
    assert skip(client, held).status_code == 409
    assert not Skip.objects.exists()


@pytest.mark.parametrize("count", [1, 3])
def test_the_timeline_asks_the_same_queries_for_any_number_of_skips(client_of, campaign, telecaller, count):
    client, lead = client_of(telecaller), make_lead(assigned_to=telecaller)
    rows = [Skip(lead=lead, telecaller=telecaller, reason="later", at=timezone.now()) for _ in range(count + 1)]
    Skip.objects.bulk_create(rows[:1])
    with CaptureQueriesContext(connection) as before:
        client.get(lead.get_absolute_url())
    Skip.objects.bulk_create(rows[1:])
    with CaptureQueriesContext(connection) as after:
        client.get(lead.get_absolute_url())

    assert len(after) == len(before)


def test_a_skipped_lead_can_be_removed_with_its_skips(client_of, campaign, telecaller, manager):
    client = client_of(telecaller)
    client.post(NEXT)
    held = in_hand().lead
    skip(client, held)

    remove_leads([held.pk])

    assert not Skip.objects.exists()


# Timed preview


def test_the_deadline_is_set_once_whatever_is_pressed(client_of, timed, telecaller):
    client = client_of(telecaller)
    client.post(NEXT)
    deadline = in_hand().call_at
    assert dt.timedelta(seconds=8) < deadline - timezone.now() <= dt.timedelta(seconds=10)
    pass_time(4)

    client.post(NEXT)
    page = panel_of(client, in_hand().lead)

    assert in_hand().call_at == deadline - dt.timedelta(seconds=4)
    assert 'data-jini-countdown="6"' in page


def test_the_call_begins_at_the_deadline_and_not_before(client_of, timed, telecaller):
    client = client_of(telecaller)
    client.post(NEXT)
    lead = in_hand().lead
    early = by_itself(client, lead)
    assert early.status_code == 409
    assert not Call.objects.exists()
    pass_time(10)

    for _tab in range(2):
        assert by_itself(client, lead).url == lead.get_absolute_url()

    assert [(call.lead, call.campaign) for call in Call.objects.all()] == [(lead, timed)]


def test_a_press_needs_no_deadline(client_of, timed, telecaller):
    client = client_of(telecaller)
    client.post(NEXT)

    assert begin(client, in_hand().lead).status_code == 302
    assert Call.objects.count() == 1


def test_a_page_that_was_not_watched_calls_nobody(client_of, timed, telecaller):
    client = client_of(telecaller)
    client.post(NEXT)
    lead = in_hand().lead
    pass_time(10 + GRACE.total_seconds() + 1)

    assert by_itself(client, lead).status_code == 409
    assert "ended while nobody was on the page" in panel_of(client, lead)
    assert not Call.objects.exists()
    # Whoever presses is there: the countdown begins anew.
    client.post(NEXT)
    assert 'data-jini-countdown="10"' in panel_of(client, lead)


def test_on_a_break_nobody_is_called(client_of, timed, telecaller):
    client = client_of(telecaller)
    client.post(NEXT)
    lead = in_hand().lead
    set_presence(telecaller, State.PAUSE, pause_code=PauseCode.objects.first())
    pass_time(10)

    assert "nobody is called by itself" in panel_of(client, lead)
    assert by_itself(client, lead).status_code == 409
    assert not Call.objects.exists()


def test_a_countdown_is_stopped_and_goes_on_with_what_was_left(client_of, timed, telecaller):
    client = client_of(telecaller)
    client.post(NEXT)
    lead, url = in_hand().lead, reverse("dialer:countdown", args=[in_hand().lead.pk])
    pass_time(4)

    client.post(url, {"do": "pause"})
    assert (in_hand().call_at, in_hand().seconds_left) == (None, 6)
    assert "Stopped with 6 seconds left" in panel_of(client, lead)
    assert by_itself(client, lead).status_code == 409
    # A press on "Call next lead" does not set it going.
    client.post(NEXT)
    assert in_hand().seconds_left == 6

    client.post(url, {"do": "resume"})
    assert in_hand().seconds_left is None
    assert dt.timedelta(seconds=4) < in_hand().call_at - timezone.now() <= dt.timedelta(seconds=6)


def test_there_is_nothing_to_stop_when_it_is_over(client_of, timed, telecaller, colleague):
    client = client_of(telecaller)
    client.post(NEXT)
    url = reverse("dialer:countdown", args=[in_hand().lead.pk])
    pass_time(60)

    page = client.post(url, {"do": "pause"}, follow=True).content.decode()

    assert "The countdown is over already." in page
    assert in_hand().seconds_left is None
    assert client_of(colleague).post(url, {"do": "pause"}).status_code == 404
    assert client.get(url).status_code == 405


@pytest.mark.parametrize(
    "leave",
    [
        lambda entry, member: lay_down(member),
        lambda entry, member: entry.put_off(timezone.now()),
        lambda entry, member: entry.finish(QueueEntry.Finished.DONE),
        lambda entry, member: QueueEntry.objects.filter(pk=entry.pk).update(leased_to=None, lease_until=None),
    ],
)
def test_a_countdown_goes_with_the_hands_that_held_the_lead(client_of, timed, telecaller, leave):
    client_of(telecaller).post(NEXT)
    entry = in_hand()

    leave(entry, telecaller)

    assert entry.reloaded().call_at is None


def test_a_lease_that_ended_takes_its_countdown_along(client_of, timed, telecaller, colleague):
    client_of(telecaller).post(NEXT)
    entry = in_hand()
    gone = timezone.now() - dt.timedelta(minutes=1)
    QueueEntry.objects.filter(pk=entry.pk).update(lease_until=gone, due_at=gone - dt.timedelta(days=9))
    assert entry.reloaded().call_at is not None

    claim_next(colleague)

    assert entry.reloaded().call_at is None


def test_a_countdown_runs_or_rests(timed):
    entry = QueueEntry.objects.first()
    with pytest.raises(IntegrityError, match="queue_countdown_runs_or_rests"), transaction.atomic():
        QueueEntry.objects.filter(pk=entry.pk).update(call_at=timezone.now(), seconds_left=3)


# Progressive


def test_the_next_call_starts_when_the_outcome_is_saved(client_of, progressive, telecaller):
    client = client_of(telecaller)
    first = client.post(NEXT)
    assert Call.objects.open().get().lead.name == "Lead 0"
    assert first.url == Call.objects.open().get().lead.get_absolute_url()

    page = finish(client).content.decode()

    assert Call.objects.open().get().lead.name == "Lead 1"
    assert Call.objects.count() == 2
    # Nobody who is on the next call can open the last wrap-up again.
    assert "Saved: Already bought" in page
    assert "disposition/undo" not in page


@pytest.mark.parametrize("stop", [{"stop": "on"}, {"then": "stay"}])
def test_it_stops_when_that_is_asked(client_of, progressive, telecaller, stop):
    client = client_of(telecaller)
    client.post(NEXT)

    page = finish(client, **stop).content.decode()

    assert not Call.objects.open().exists()
    assert not QueueEntry.objects.filter(leased_to__isnull=False).exists()
    assert "disposition/undo" in page


@pytest.mark.parametrize("state", [State.PAUSE, State.OFFLINE])
def test_a_break_chosen_in_the_wrap_up_ends_the_series(client_of, progressive, telecaller, state):
    client = client_of(telecaller)
    client.post(NEXT)
    code = PauseCode.objects.first() if state == State.PAUSE else None
    set_presence(telecaller, State.WRAP_UP)
    set_presence(telecaller, state, pause_code=code)

    page = finish(client)

    assert page.redirect_chain[-1][0] == TODAY
    assert "no lead is handed out" in page.content.decode()
    assert not Call.objects.open().exists()
    assert presence_of(telecaller).state == state


def test_what_may_not_be_called_is_not_called(client_of, progressive, telecaller):
    telecaller.phone = ""
    telecaller.save()
    client = client_of(telecaller)

    response = client.post(NEXT)

    assert not Call.objects.exists()
    assert response.url == in_hand().lead.get_absolute_url()


def test_a_paused_campaign_calls_nobody_by_itself(client_of, progressive, telecaller):
    entry = QueueEntry.objects.first()
    QueueEntry.objects.filter(pk=entry.pk).update(leased_to=telecaller, lease_until=timezone.now() + dt.timedelta(1))
    set_mode(progressive, state=Campaign.State.PAUSED)

    client_of(telecaller).post(NEXT)

    assert in_hand().pk == entry.pk
    assert not Call.objects.exists()


def test_two_tabs_make_one_call(client_of, progressive, telecaller):
    for _tab in range(2):
        client_of(telecaller).post(NEXT)

    assert Call.objects.count() == 1


# Setting it


def test_a_manager_sets_the_mode(client_of, campaign, manager):
    client, url = client_of(manager), reverse("dialer:campaign_calling", args=[campaign.pk])
    offered = [row.pk for row in Disposition.objects.in_order()]
    sent = {"mode": "timed", "countdown_seconds": "20", "wrap_up_seconds": "", "offered": offered}

    assert client.post(url, sent | {"countdown_seconds": "4"}).context["form"].errors.keys() == {"countdown_seconds"}
    assert client.post(url, sent | {"mode": "predictive"}).context["form"].errors.keys() == {"mode"}
    assert client.post(url, sent).url == campaign.get_absolute_url()

    kept = campaign.reloaded()
    assert (kept.mode, kept.countdown_seconds, kept.may_skip) == (Mode.TIMED, 20, False)
    page = client.get(campaign.get_absolute_url()).content.decode()
    assert "Timed preview" in page
    assert "does not let leads be skipped" in page


def test_the_database_keeps_the_countdown_sensible(campaign):
    with pytest.raises(IntegrityError, match="campaign_countdown_5_to_120"), transaction.atomic():
        Campaign.objects.update(countdown_seconds=4)


def test_skips_of_another_organisation_are_not_seen(rival, campaign, telecaller):
    Skip.objects.create(lead=make_lead(), telecaller=telecaller, reason="later", at=timezone.now())

    with acting_for(rival):
        assert not Skip.objects.exists()
