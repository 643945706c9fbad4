"""Handing out leads: the order, who may be handed what, and leases."""

import datetime as dt
import random
import threading
from collections.abc import Callable, Iterator

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from accounts.models import Membership, Organisation
from accounts.tenancy import acting_for
from accounts.tests.factories import make_member
from dialer.campaigns import queue
from dialer.campaigns.queue import claim_next, in_hand, lay_down, next_due_at, peek, take
from dialer.models import Campaign, QueueEntry
from dialer.tests.factories import first_list, make_call, make_campaign, make_entry, open_all_day
from leads.models import Activity, Lead, Status
from leads.tests.factories import make_follow_up, make_lead
from privacy.models import ContactPolicy, DoNotCall

Rank = QueueEntry.Rank


@pytest.fixture
def open_scope(scope: Organisation) -> Organisation:
    open_all_day()
    return scope


@pytest.fixture(autouse=True)
def forget_heads() -> Iterator[None]:
    queue._heads.clear()
    queue._released.clear()
    yield
    queue._heads.clear()
    queue._released.clear()


def ago(**how_long: float) -> dt.datetime:
    return timezone.now() - dt.timedelta(**how_long)


def claimed_leads(member: Membership, times: int) -> list[Lead]:
    """The leads that `member` is handed one after the other, each done with at once."""
    leads = []
    for _time in range(times):
        entry = claim_next(member)
        if entry is None:
            break
        leads.append(entry.lead)
        entry.finish(QueueEntry.Finished.DONE)
    return leads


def test_the_day_is_ordered_by_rank_then_priority_then_time(open_scope: Organisation, telecaller: Membership) -> None:
    low, high = make_campaign(telecaller, priority=1), make_campaign(telecaller, priority=9)
    fresh_low, fresh_high, retry, hot, missed, mine, mine_later = [make_lead() for _ in range(7)]
    make_entry(fresh_low, low, due_at=ago(hours=9))
    make_entry(fresh_high, high, due_at=ago(minutes=1))
    make_entry(retry, low, rank=Rank.RETRY, due_at=ago(minutes=1))
    make_entry(hot, low, rank=Rank.HOT)
    make_entry(missed, low, rank=Rank.MISSED)
    make_entry(mine_later, rank=Rank.FOLLOW_UP, reserved_for=telecaller, due_at=ago(minutes=1))
    make_entry(mine, rank=Rank.FOLLOW_UP, reserved_for=telecaller, due_at=ago(minutes=5))

    assert claimed_leads(telecaller, 9) == [mine, mine_later, missed, hot, retry, fresh_high, fresh_low]


def test_of_one_rank_what_is_kept_for_the_member_comes_first(open_scope: Organisation, telecaller: Membership) -> None:
    campaign = make_campaign(telecaller)
    anyones, kept = make_lead(), make_lead(assigned_to=telecaller)
    make_entry(anyones, campaign, due_at=ago(hours=3))
    make_entry(kept, campaign, reserved_for=telecaller)

    assert claimed_leads(telecaller, 3) == [kept, anyones]


@pytest.mark.parametrize(
    "entry",
    [
        {"due_at": timezone.now() + dt.timedelta(days=3650)},
        {"finished_at": timezone.now(), "finished_because": "done"},
    ],
)
def test_what_is_not_due_or_done_with_is_not_handed_out(
    open_scope: Organisation, telecaller: Membership, entry: dict[str, object]
) -> None:
    make_entry(make_lead(), make_campaign(telecaller), **entry)

    assert claim_next(telecaller) is None
    assert peek(telecaller) is None


@pytest.mark.parametrize("state", [Campaign.State.DRAFT, Campaign.State.PAUSED, Campaign.State.ENDED])
def test_a_campaign_that_does_not_run_hands_out_nothing_but_promises(
    open_scope: Organisation, telecaller: Membership, state: str
) -> None:
    campaign = make_campaign(telecaller, state=state)
    make_entry(make_lead(), campaign)
    make_entry(make_lead(assigned_to=telecaller), campaign, reserved_for=telecaller, rank=Rank.RETRY)
    promised = make_lead(assigned_to=telecaller)
    make_entry(promised, campaign, reserved_for=telecaller, rank=Rank.FOLLOW_UP)

    assert claimed_leads(telecaller, 3) == [promised]


def test_a_campaign_is_closed_outside_its_hours(open_scope: Organisation, telecaller: Membership) -> None:
    campaign = make_campaign(telecaller, opens_at=dt.time(10), closes_at=dt.time(12))
    make_entry(make_lead(), campaign, due_at=ago(days=900))
    noon = dt.datetime(2026, 11, 24, 12, tzinfo=open_scope.zone)

    with time_machine.travel(noon, tick=False):
        assert claim_next(telecaller) is None
    with time_machine.travel(noon - dt.timedelta(minutes=1), tick=False):
        assert claim_next(telecaller) is not None


def test_only_members_of_a_campaign_are_handed_its_leads(
    open_scope: Organisation, telecaller: Membership, colleague: Membership
) -> None:
    make_entry(make_lead(), make_campaign(colleague))

    assert claim_next(telecaller) is None
    assert claim_next(colleague) is not None


def test_an_owner_is_handed_their_own_leads_of_any_running_campaign(
    open_scope: Organisation, telecaller: Membership, colleague: Membership
) -> None:
    lead = make_lead(assigned_to=telecaller)
    make_entry(lead, make_campaign(colleague), reserved_for=telecaller)

    assert claim_next(colleague) is None
    assert claimed_leads(telecaller, 2) == [lead]


def test_a_lead_in_hand_is_handed_over_again_and_kept_longer(open_scope: Organisation, telecaller: Membership) -> None:
    campaign = make_campaign(telecaller)
    make_entry(make_lead(), campaign)
    make_entry(make_lead(), campaign)
    first = claim_next(telecaller)
    assert first is not None

    with time_machine.travel(timezone.now() + dt.timedelta(minutes=10)):
        again = claim_next(telecaller)

    assert again == first
    assert again.lease_until > first.lease_until + dt.timedelta(minutes=9)
    assert in_hand(telecaller) == first


def test_a_lead_that_nobody_owns_becomes_the_callers(open_scope: Organisation, telecaller: Membership) -> None:
    lead = make_lead()
    make_entry(lead, make_campaign(telecaller))

    claim_next(telecaller)

    assert Lead.objects.visible_to(telecaller).get().assigned_to == telecaller
    assert Activity.objects.get(lead=lead, kind=Activity.Kind.ASSIGNED).actor == telecaller


def test_the_lead_of_a_colleague_goes_to_the_colleague(
    open_scope: Organisation, telecaller: Membership, colleague: Membership
) -> None:
    lead = make_lead(assigned_to=colleague)
    make_entry(lead, make_campaign(telecaller, colleague))

    assert claim_next(telecaller) is None
    assert claimed_leads(colleague, 2) == [lead]


def test_the_lead_of_somebody_who_left_becomes_the_callers(
    open_scope: Organisation, telecaller: Membership, colleague: Membership
) -> None:
    lead = make_lead(assigned_to=colleague)
    make_entry(lead, make_campaign(telecaller))
    colleague.deactivated_at = timezone.now()
    colleague.save()

    assert claimed_leads(telecaller, 2) == [lead]
    assert lead.reloaded().assigned_to == telecaller


def test_a_lead_that_was_closed_meanwhile_waits_no_more(open_scope: Organisation, telecaller: Membership) -> None:
    entry = make_entry(make_lead(status=Status.objects.get(name="Lost")), make_campaign(telecaller))

    assert claim_next(telecaller) is None
    assert entry.reloaded().finished_because == QueueEntry.Finished.CLOSED


def test_a_number_on_do_not_call_waits_no_more(open_scope: Organisation, telecaller: Membership) -> None:
    entry = make_entry(make_lead(), make_campaign(telecaller))
    DoNotCall.objects.create(phone=entry.lead.phone, source=DoNotCall.Source.MANUAL)

    assert claim_next(telecaller) is None
    assert entry.reloaded().finished_because == QueueEntry.Finished.DO_NOT_CALL


def test_a_lead_that_was_called_lately_is_put_off_and_the_next_one_handed_out(
    open_scope: Organisation, telecaller: Membership, colleague: Membership
) -> None:
    ContactPolicy.objects.update(minimum_gap_minutes=60)
    campaign = make_campaign(telecaller)
    called, other = make_lead(), make_lead()
    put_off = make_entry(called, campaign, due_at=ago(hours=2))
    make_entry(other, campaign, due_at=ago(hours=1))
    started_at = ago(minutes=20)
    make_call(called, colleague, started_at=started_at)

    assert claimed_leads(telecaller, 2) == [other]
    assert put_off.reloaded().due_at == started_at + dt.timedelta(hours=1)
    assert put_off.reloaded().leased_to is None


def test_an_appointment_needs_no_gap(open_scope: Organisation, telecaller: Membership) -> None:
    ContactPolicy.objects.update(minimum_gap_minutes=60)
    lead = make_lead(assigned_to=telecaller)
    make_call(lead, telecaller, started_at=ago(minutes=20))
    make_follow_up(lead, telecaller, due_at=ago(minutes=1))
    make_entry(lead, rank=Rank.FOLLOW_UP, reserved_for=telecaller)

    assert claimed_leads(telecaller, 2) == [lead]


def test_outside_of_calling_hours_nothing_is_handed_out_and_nothing_moved(
    scope: Organisation, telecaller: Membership
) -> None:
    entry = make_entry(make_lead(), make_campaign(telecaller), due_at=ago(days=900))
    night = dt.datetime(2026, 11, 24, 23, tzinfo=scope.zone)

    with time_machine.travel(night, tick=False):
        assert claim_next(telecaller) is None

    assert (entry.reloaded().due_at, entry.reloaded().leased_to) == (entry.due_at, None)


def test_a_lease_that_ended_gives_the_lead_to_the_next_telecaller(
    open_scope: Organisation, telecaller: Membership, colleague: Membership
) -> None:
    entry = make_entry(make_lead(), make_campaign(telecaller, colleague))
    claim_next(telecaller)
    Lead.objects.update(assigned_to=None, assigned_at=None)
    assert claim_next(colleague) is None

    with time_machine.travel(timezone.now() + dt.timedelta(minutes=16)):
        assert claim_next(colleague) == entry

    assert entry.reloaded().leased_to == colleague


def test_a_lease_does_not_end_during_the_call(
    open_scope: Organisation, telecaller: Membership, colleague: Membership
) -> None:
    entry = make_entry(make_lead(), make_campaign(telecaller, colleague))
    claim_next(telecaller)
    Lead.objects.update(assigned_to=None, assigned_at=None)
    make_call(entry.lead, telecaller, closed_at=None, wrap_up_seconds=None)

    with time_machine.travel(timezone.now() + dt.timedelta(minutes=16)):
        assert claim_next(colleague) is None


def test_a_lead_that_comes_back_before_the_head_is_seen_again(
    open_scope: Organisation, telecaller: Membership, colleague: Membership
) -> None:
    campaign = make_campaign(telecaller, colleague)
    early, late = make_lead(), make_lead()
    make_entry(early, campaign, due_at=ago(hours=2))
    make_entry(late, campaign, due_at=ago(hours=1))
    claim_next(telecaller)
    claim_next(colleague)
    Lead.objects.update(assigned_to=None, assigned_at=None)
    lay_down(telecaller)

    assert claimed_leads(telecaller, 2) == [early]


def test_calling_a_lead_by_oneself_takes_its_entry_and_lays_the_other_down(
    open_scope: Organisation, telecaller: Membership
) -> None:
    campaign = make_campaign(telecaller)
    handed, chosen = make_entry(make_lead(), campaign, due_at=ago(hours=1)), make_entry(make_lead(), campaign)
    claim_next(telecaller)

    take(chosen.lead, telecaller)

    assert in_hand(telecaller) == chosen
    assert handed.reloaded().leased_to is None


def test_what_a_colleague_holds_cannot_be_taken(
    open_scope: Organisation, telecaller: Membership, colleague: Membership
) -> None:
    entry = make_entry(make_lead(), make_campaign(telecaller))
    claim_next(telecaller)

    take(entry.lead, colleague)

    assert entry.reloaded().leased_to == telecaller


def test_the_next_due_time_is_that_of_what_is_kept_for_the_member(
    open_scope: Organisation, telecaller: Membership, colleague: Membership
) -> None:
    soon = timezone.now() + dt.timedelta(hours=1)
    make_entry(make_lead(), rank=Rank.FOLLOW_UP, reserved_for=colleague, due_at=soon - dt.timedelta(minutes=5))
    make_entry(make_lead(), rank=Rank.FOLLOW_UP, reserved_for=telecaller, due_at=soon)

    assert next_due_at(telecaller) == soon


@pytest.mark.parametrize("seed", range(10))
def test_what_is_shown_before_is_what_is_handed_out(
    open_scope: Organisation, telecaller: Membership, colleague: Membership, seed: int
) -> None:
    dice = random.Random(seed)
    campaigns = [
        make_campaign(*dice.choice([[telecaller], [], [colleague]]), priority=dice.randint(1, 9)) for _ in range(4)
    ]
    for _number in range(20):
        kept = dice.choice([telecaller, colleague, None])
        rank = dice.choice(Rank.values) if kept else dice.choice([1, 2, 3, 4])
        campaign = dice.choice([*campaigns, None]) if kept else dice.choice(campaigns)
        make_entry(
            make_lead(assigned_to=kept),
            campaign,
            rank=rank,
            reserved_for=kept,
            due_at=ago(minutes=dice.randint(-9, 99)),
        )

    for _time in range(20):
        shown, entry = peek(telecaller), claim_next(telecaller)
        assert shown == entry
        if entry is None:
            break
        assert peek(telecaller) == entry
        entry.finish(QueueEntry.Finished.DONE)


MANY = """
WITH a_lead AS (
    INSERT INTO leads_lead (id, organisation_id, name, phone, email, address, city, region, pin, language, source,
        legal_ground, status_id, attempts, connected, created_at, updated_at, version)
    SELECT gen_random_uuid(), organisation_id, '', '+9180000' || (10000 + n), '', '', '', '', '', '', '', '', status_id,
        0, 0, now(), now(), 1
    FROM leads_lead, generate_series(1, 2000) n WHERE id = %s
    RETURNING id, organisation_id
)
INSERT INTO dialer_queueentry
    (id, organisation_id, lead_id, campaign_id, list_id, rank, due_at, attempts, finished_because)
SELECT gen_random_uuid(), organisation_id, id, %s, %s, 4, now(), 0, '' FROM a_lead
"""
READ = "SELECT seq_tup_read + idx_tup_fetch FROM pg_stat_xact_user_tables WHERE relname = 'dialer_queueentry'"


def rows_read(ask: Callable[[], object]) -> int:
    """How many rows of the queue PostgreSQL reads while it is asked."""
    with connection.cursor() as cursor:
        cursor.execute(READ)
        before = cursor.fetchone()[0]
        ask()
        cursor.execute(READ)
        return cursor.fetchone()[0] - before


@pytest.mark.parametrize("ask", [peek, claim_next])
def test_the_first_of_many_is_found_without_reading_the_others(
    open_scope: Organisation, telecaller: Membership, ask: Callable[[Membership], object]
) -> None:
    campaign = make_campaign(telecaller)
    with connection.cursor() as cursor:
        cursor.execute(MANY, [make_lead().pk, campaign.pk, first_list(campaign).pk])
        cursor.execute("SET LOCAL ROLE NONE; ANALYZE dialer_queueentry, leads_lead; SET LOCAL ROLE jini_app")

    assert rows_read(lambda: ask(telecaller)) < 50


def test_the_database_refuses_a_second_waiting_place(open_scope: Organisation) -> None:
    lead = make_lead()
    make_entry(lead)

    with pytest.raises(IntegrityError, match="queue_lead_waits_once"), transaction.atomic():
        make_entry(lead)


def test_the_database_refuses_a_second_lead_in_hand(open_scope: Organisation, telecaller: Membership) -> None:
    until = timezone.now()
    make_entry(make_lead(), leased_to=telecaller, lease_until=until)

    with pytest.raises(IntegrityError, match="queue_one_lead_in_hand"), transaction.atomic():
        make_entry(make_lead(), leased_to=telecaller, lease_until=until)


def test_the_database_refuses_a_lease_without_end(open_scope: Organisation, telecaller: Membership) -> None:
    with pytest.raises(IntegrityError, match="queue_lease_has_holder_and_end"), transaction.atomic():
        make_entry(make_lead(), leased_to=telecaller)


def in_threads(count: int, work: Callable[[int], None]) -> None:
    """Run `work(number)` in `count` threads at once, each with a connection of its own; raise what one of them raised."""
    start, errors = threading.Barrier(count), []

    def run(number: int) -> None:
        try:
            start.wait()
            work(number)
        except BaseException as error:  # noqa: BLE001 -- carried to the test
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]


@pytest.mark.django_db(transaction=True)
def test_many_telecallers_at_once_are_never_handed_the_same_lead(organisation: Organisation) -> None:
    members = [make_member(organisation) for _ in range(8)]
    with acting_for(organisation):
        open_all_day()
        campaign = make_campaign(*members)
        for _number in range(80):
            make_entry(make_lead(), campaign)
    handed: list[object] = []

    def work(number: int) -> None:
        while True:
            with acting_for(organisation):
                entry = claim_next(members[number])
                if entry is None:
                    return
                handed.append(entry.pk)
            with acting_for(organisation):
                entry.finish(QueueEntry.Finished.DONE)

    in_threads(8, work)

    assert len(handed) == len(set(handed)) == 80


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_once_are_handed_one_lead(organisation: Organisation, telecaller: Membership) -> None:
    with acting_for(organisation):
        open_all_day()
        campaign = make_campaign(telecaller)
        for _number in range(10):
            make_entry(make_lead(), campaign)
    handed: list[object] = []

    def work(_number: int) -> None:
        with acting_for(organisation):
            entry = claim_next(telecaller)
            assert entry is not None
            handed.append(entry.pk)

    in_threads(6, work)

    assert len(set(handed)) == 1
    with acting_for(organisation):
        assert QueueEntry.objects.filter(leased_to__isnull=False).count() == 1
