"""Calls that nobody answered: the call back that is owed, and callers who are no lead."""

import datetime as dt

import pytest
import time_machine
from django.utils import timezone

from dialer.actions import incoming as acts
from dialer.actions.calling import NotAllowed, start_call
from dialer.actions.wrap_up import save_disposition
from dialer.calls import line
from dialer.campaigns.queue import claim_next, peek
from dialer.campaigns.reasons import reason_of
from dialer.incoming import missing
from dialer.models import Call, Campaign, Disposition, IncomingCall, IncomingSettings, QueueEntry
from dialer.tests.callers import Caller, make_available, picks_up, work
from dialer.tests.factories import make_campaign, make_entry, open_all_day
from leads.actions.binning import delete_lead
from leads.actions.merging import merge_leads
from leads.actions.undoing_merge import undo_merge
from leads.models import FollowUp, Lead
from leads.tests.factories import make_follow_up, make_lead
from privacy.contact_reasons import Reason
from privacy.models import ContactPolicy, DoNotCall

pytestmark = pytest.mark.usefixtures("_open")


@pytest.fixture
def _open(scope):
    open_all_day()


@pytest.fixture
def lead(scope, telecaller):
    return make_lead(assigned_to=telecaller, name="Kavita Rao")


def misses(organisation, phone, **changed):
    """Somebody calls, and hangs up before anybody answers."""
    caller = Caller(organisation, phone)
    caller.arrives(**changed)
    caller.hangs_up(**changed)
    work(organisation)
    return caller


def test_five_missed_calls_of_a_person_are_one_call_back_counted(organisation, lead, telecaller):
    for _call in range(5):
        misses(organisation, lead.phone)

    follow_up = FollowUp.objects.get()
    assert (follow_up.kind, follow_up.assigned_to) == ("missed", telecaller)
    assert set(IncomingCall.objects.values_list("follow_up", flat=True)) == {follow_up.pk}
    entry = claim_next(telecaller)
    assert (entry.lead, entry.rank) == (lead, QueueEntry.Rank.MISSED)
    assert reason_of(entry).startswith("5 missed calls, the last one ")


def test_a_missed_call_comes_after_own_follow_ups_and_before_the_rest(organisation, lead, telecaller):
    campaign = make_campaign(telecaller)
    hot, promised = make_lead(assigned_to=telecaller), make_lead(assigned_to=telecaller)
    make_entry(hot, campaign, rank=QueueEntry.Rank.HOT, reserved_for=telecaller)
    misses(organisation, lead.phone)
    make_follow_up(promised, telecaller, due_at=timezone.now() - dt.timedelta(minutes=1))
    make_entry(promised, rank=0, due_at=timezone.now() - dt.timedelta(minutes=1), reserved_for=telecaller)

    order = []
    for _lead in range(3):
        assert peek(telecaller) is not None
        entry = claim_next(telecaller)
        order.append(entry.lead)
        entry.finish("done")

    assert order == [promised, lead, hot]


def test_it_is_handed_out_whatever_becomes_of_the_campaign(organisation, lead, telecaller):
    make_entry(lead, make_campaign(telecaller, state=Campaign.State.PAUSED))
    misses(organisation, lead.phone)

    assert peek(telecaller).lead == lead
    assert claim_next(telecaller).lead == lead


@pytest.mark.parametrize("by_colleague", [False, True])
def test_whoever_calls_back_closes_it(organisation, lead, telecaller, colleague, by_colleague):
    caller = misses(organisation, lead.phone)
    by = colleague if by_colleague else telecaller

    call = start_call(lead, by=by, mode=Call.Mode.OWN_PHONE)
    line.end(call, Call.Status.COMPLETED)
    save_disposition(call, Disposition.objects.get(name="Not interested"), by=by)

    assert FollowUp.objects.get(kind="missed").done_by == by
    assert not IncomingCall.objects.to_return().exists()
    assert caller.row().follow_up.done_at is not None


def test_it_is_closed_before_its_time_too(organisation, lead, telecaller):
    misses(organisation, lead.phone)
    FollowUp.objects.update(due_at=timezone.now() + dt.timedelta(hours=9))
    call = start_call(lead, by=telecaller, mode=Call.Mode.OWN_PHONE)
    line.end(call, Call.Status.COMPLETED)
    save_disposition(call, Disposition.objects.get(name="No answer"), by=telecaller)

    assert not FollowUp.objects.open().exists()


def test_who_calls_again_and_is_answered_waits_no_more(organisation, lead, telecaller):
    misses(organisation, lead.phone)
    make_available(telecaller)
    caller = Caller(organisation, lead.phone)
    caller.arrives()
    work(organisation)
    picks_up(caller.ring())
    caller.hangs_up()
    work(organisation)
    save_disposition(Call.objects.get(), Disposition.objects.get(name="Not interested"), by=telecaller)

    assert not FollowUp.objects.open().exists()


def test_it_is_forgotten_after_four_days(organisation, lead, telecaller):
    misses(organisation, lead.phone)
    first = FollowUp.objects.get()
    with time_machine.travel(timezone.now() + dt.timedelta(hours=90)):
        misses(organisation, lead.phone)
        again = missing.forget(first.pk)
        assert again > timezone.now() + dt.timedelta(hours=95)
        assert FollowUp.objects.open().count() == 1
    with time_machine.travel(timezone.now() + dt.timedelta(hours=187)):
        assert missing.forget(first.pk) is None

    assert first.reloaded().cancelled_at is not None
    assert not QueueEntry.objects.filter(finished_at=None).exists()


@time_machine.travel("2026-11-26 15:00+05:30", tick=True)
def test_at_night_it_is_due_when_it_may_be_called_back(organisation, lead, telecaller):
    IncomingSettings.objects.update(keeps_hours=False)
    opens = (timezone.now().astimezone(organisation.zone) + dt.timedelta(hours=2)).time()
    closes = (timezone.now().astimezone(organisation.zone) + dt.timedelta(hours=4)).time()
    ContactPolicy.objects.update(opens_at=opens, closes_at=closes)
    misses(organisation, lead.phone)

    assert FollowUp.objects.get().due_at > timezone.now() + dt.timedelta(hours=1)


def test_a_person_on_do_not_call_may_call_us_and_is_not_called_back(organisation, lead, telecaller):
    DoNotCall.objects.create(phone=lead.phone, source="manual")
    make_available(telecaller)
    caller = Caller(organisation, lead.phone)
    caller.arrives()
    work(organisation)
    assert caller.rung() == [telecaller]
    caller.hangs_up()
    work(organisation)

    with pytest.raises(NotAllowed) as refusal:
        start_call(lead, by=telecaller)
    assert refusal.value.decision.reason == Reason.ON_DO_NOT_CALL
    assert claim_next(telecaller) is None


def test_calls_of_the_lead_are_no_attempts_of_ours(organisation, lead, telecaller):
    ContactPolicy.objects.update(daily_attempts=1, rolling_attempts=1, minimum_gap_minutes=240)
    make_available(telecaller)
    caller = Caller(organisation, lead.phone)
    caller.arrives()
    work(organisation)
    picks_up(caller.ring())
    caller.hangs_up()
    work(organisation)
    save_disposition(Call.objects.get(), Disposition.objects.get(name="Not interested"), by=telecaller)

    assert start_call(lead, by=telecaller).direction == "outgoing"


def test_a_lead_of_nobody_is_called_back_by_who_owes_the_fewest(organisation, telecaller, colleague, scope):
    leads = [make_lead(), make_lead()]
    for each in leads:
        misses(organisation, each.phone)

    owners = {FollowUp.objects.get(lead=each).assigned_to for each in leads}
    assert owners == {telecaller, colleague}
    assert {each.reloaded().assigned_to for each in leads} == owners


def test_an_unknown_caller_becomes_a_lead(organisation, telecaller):
    make_available(telecaller)
    caller = Caller(organisation, "+919811122233")
    caller.arrives()
    work(organisation)
    assert caller.row().lead is None
    picks_up(caller.ring())

    made = Lead.objects.get()
    assert (made.phone, made.source, made.assigned_to) == ("+919811122233", "Inbound", telecaller)
    assert Call.objects.get().lead == made


def test_a_missed_unknown_caller_becomes_a_lead_that_is_called_back(organisation, telecaller):
    misses(organisation, "+919811122233")

    made = Lead.objects.get()
    assert (made.source, made.created_by) == ("Inbound", None)
    assert FollowUp.objects.get(lead=made).assigned_to == made.assigned_to == telecaller


def test_kept_as_unknown_until_somebody_makes_a_lead(organisation, telecaller):
    IncomingSettings.objects.update(unknown_callers="kept")
    first, second = misses(organisation, "+919811122233"), misses(organisation, "+919811122233")
    assert (Lead.objects.count(), FollowUp.objects.count()) == (0, 0)

    made = acts.make_lead(second.row(), by=telecaller)

    assert acts.make_lead(first.row(), by=telecaller) == made
    assert (first.row().lead, second.row().lead) == (made, made)
    assert FollowUp.objects.get().lead == made


def test_a_lead_made_during_the_talk_is_wrapped_up(organisation, telecaller):
    IncomingSettings.objects.update(unknown_callers="kept")
    make_available(telecaller)
    caller = Caller(organisation, "+919811122233")
    caller.arrives()
    work(organisation)
    picks_up(caller.ring())
    assert Call.objects.count() == 0

    made = acts.make_lead(caller.row(), by=telecaller)
    caller.hangs_up()
    work(organisation)

    call = Call.objects.get()
    assert (call.lead, call.is_in_wrap_up) == (made, True)


def test_a_lead_made_long_after_asks_for_no_outcome(organisation, telecaller, lead):
    IncomingSettings.objects.update(unknown_callers="kept")
    make_available(telecaller)
    caller = Caller(organisation, "+919811122233")
    caller.arrives()
    work(organisation)
    picks_up(caller.ring())
    caller.hangs_up()
    work(organisation)
    start_call(lead, by=telecaller)

    made = acts.make_lead(caller.row(), by=telecaller)

    assert Call.objects.get(lead=made).closed_at is not None


def test_of_a_withheld_number_no_lead_is_made(organisation, telecaller):
    caller = misses(organisation, "")

    assert FollowUp.objects.count() == 0
    with pytest.raises(acts.NoNumber):
        acts.make_lead(caller.row(), by=telecaller)


def test_a_lead_in_the_bin_is_not_who_calls(organisation, lead, telecaller, admin):
    delete_lead(lead, by=admin)
    caller = misses(organisation, lead.phone)

    assert caller.row().lead != lead


def test_the_newest_of_several_leads_with_a_number(organisation, telecaller):
    older, newer = make_lead(assigned_to=telecaller), make_lead(assigned_to=telecaller)
    for each in (older, newer):
        each.phones.create(phone="+919811100000")

    assert misses(organisation, "+919811100000").row().lead == newer


def test_what_came_in_moves_with_a_merge_and_back(organisation, lead, telecaller, admin):
    keep = make_lead(assigned_to=telecaller)
    caller = misses(organisation, lead.phone)
    merge = merge_leads(keep, lead, choices=[], by=admin, versions=(keep.version, lead.reloaded().version))
    assert caller.row().lead == keep

    undo_merge(merge, by=admin)

    assert caller.row().lead == lead
