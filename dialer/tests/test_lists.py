"""Lists of a campaign: their shares, their order, when they begin and end; and their pages."""

import datetime as dt
from collections import Counter

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.tenancy import acting_for
from dialer.actions.lists import END, ORDER, TEND, change_list_state, save_list
from dialer.campaigns import queue
from dialer.campaigns.enqueueing import enqueue
from dialer.campaigns.lists import today
from dialer.campaigns.queue import claim_next, peek
from dialer.campaigns.settling import settle
from dialer.models import CampaignList, CampaignMember, QueueEntry
from dialer.tests.factories import first_list, make_call, make_campaign, make_entry, make_list, open_all_day
from dialer.today import waiting_for
from jini.lib.work import handler_of
from leads.actions.follow_ups import cancel_follow_up
from leads.models import Lead, SavedView
from leads.tests.factories import make_follow_up, make_lead
from privacy.models import DoNotCall

Rank, Finished, State, Order = QueueEntry.Rank, QueueEntry.Finished, CampaignList.State, CampaignList.Order


@pytest.fixture(autouse=True)
def forget_heads():
    queue._heads.clear()
    queue._released.clear()
    yield
    queue._heads.clear()
    queue._released.clear()


@pytest.fixture
def open_scope(scope):
    open_all_day()
    return scope


def ago(**how_long):
    return timezone.now() - dt.timedelta(**how_long)


def handed(member, times):
    """The entries that `member` is handed one after the other, each shown before, and done with at once."""
    entries = []
    for _time in range(times):
        shown, entry = peek(member), claim_next(member)
        assert shown == entry
        if entry is None:
            break
        entries.append(entry)
        entry.finish(Finished.DONE)
    return entries


def fill(of, count, **fields):
    return [make_entry(make_lead(), of, **fields) for _ in range(count)]


def step(task, subject):
    return handler_of(task).run(subject.organisation, subject.pk)


def test_leads_are_handed_out_by_the_shares_of_the_lists(open_scope, telecaller, colleague):
    campaign = make_campaign(telecaller, colleague)
    often, seldom = first_list(campaign), make_list(campaign)
    CampaignList.objects.filter(pk=often.pk).update(share=3)
    fill(often, 40)
    fill(seldom, 40)

    for member in (telecaller, colleague):
        lists = Counter(entry.list for entry in handed(member, 20))
        assert abs(lists[often] - 15) <= 1


def test_a_list_that_has_nothing_leaves_its_share_to_the_others(open_scope, telecaller):
    campaign = make_campaign(telecaller)
    empty, full = first_list(campaign), make_list(campaign)
    CampaignList.objects.filter(pk=empty.pk).update(share=9)
    fill(full, 5)

    assert [entry.list for entry in handed(telecaller, 9)] == [full] * 5


def test_a_lead_that_is_passed_over_does_not_use_the_turn_of_its_list(open_scope, telecaller):
    campaign = make_campaign(telecaller)
    fill(first_list(campaign), 2)
    fill(make_list(campaign), 2)
    peeked = peek(telecaller)
    DoNotCall.objects.create(phone=peeked.lead.phone, source="manual")

    assert claim_next(telecaller).list == peeked.list
    assert CampaignMember.objects.get().handed == 1


@pytest.mark.parametrize("state", [State.PAUSED, State.WAITING, State.ENDED])
def test_only_a_running_list_is_called(open_scope, telecaller, state):
    campaign = make_campaign(telecaller)
    still = make_list(campaign, state=state, after=first_list(campaign))
    fill(still, 1)
    fill(still, 1, reserved_for=telecaller)
    (promised,) = fill(still, 1, reserved_for=telecaller, rank=Rank.FOLLOW_UP)
    (called,) = fill(first_list(campaign), 1)

    assert handed(telecaller, 5) == [promised, called]


def test_every_so_many_calls_is_a_first_call_though_retries_are_due(open_scope, telecaller):
    campaign = make_campaign(telecaller, fresh_every=3)
    fill(campaign, 6, rank=Rank.RETRY)
    fill(campaign, 6)

    ranks = [entry.rank for entry in handed(telecaller, 7)]

    assert ranks == [3, 3, 4, 3, 3, 4, 3]


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        (Order.OLDEST, ["old", "late", "twin", "new"]),
        (Order.NEWEST, ["new", "twin", "late", "old"]),
        (Order.VALUE, ["late", "new", "old", "twin"]),
        (Order.SCORE, ["new", "old", "twin", "late"]),
    ],
)
def test_a_list_is_called_in_its_order_whenever_it_was_filled(open_scope, telecaller, order, expected):
    campaign = make_campaign(telecaller)
    into = make_list(campaign, order=order)
    late_at = ago(days=2)
    make_lead(name="old", created_at=ago(days=9), value=500, score=70)
    make_lead(name="late", created_at=late_at, value="9999999999.99")
    enqueue(Lead.objects.all(), into)
    make_lead(name="new", created_at=ago(days=1), value=500_000, score=1000)
    make_lead(name="twin", created_at=late_at + dt.timedelta(seconds=1), score=0)
    enqueue(Lead.objects.all(), into)

    assert [entry.lead.name for entry in handed(telecaller, 5)] == expected


def test_what_waits_is_brought_into_a_changed_order(open_scope, telecaller, manager):
    campaign = make_campaign(telecaller)
    into = first_list(campaign)
    for days in (3, 1, 2):
        make_lead(name=f"{days} days", created_at=ago(days=days))
    enqueue(Lead.objects.all(), into)
    put_off = QueueEntry.objects.get(lead__name="2 days")
    put_off.put_off(timezone.now() + dt.timedelta(hours=1))
    into.order = Order.NEWEST

    save_list(into, by=manager, changed=["order"])
    while step(ORDER, into) is not None:
        pass

    assert [entry.lead.name for entry in handed(telecaller, 5)] == ["1 days", "3 days"]
    assert put_off.reloaded().due_at == put_off.due_at
    assert into.reloaded().ordering_from is None


def test_a_list_starts_when_the_one_before_it_has_nothing_to_call(open_scope, telecaller):
    campaign = make_campaign(telecaller)
    first = first_list(campaign)
    make_lead(name="first")
    enqueue(Lead.objects.all(), first)
    following = make_list(campaign, state=State.WAITING, after=first)
    make_lead(name="second")
    enqueue(Lead.objects.all(), following)

    assert claim_next(telecaller).list == first
    step(TEND, campaign)
    assert following.reloaded().state == State.RUNNING


def test_who_finds_nothing_starts_the_next_list_and_is_handed_its_lead(open_scope, telecaller):
    campaign = make_campaign(telecaller)
    first = first_list(campaign)
    CampaignList.objects.update(filled_at=timezone.now())
    fill(first, 1, due_at=timezone.now() + dt.timedelta(hours=1))
    following = make_list(campaign, state=State.WAITING, after=first)
    fill(following, 1)

    assert claim_next(telecaller).list == following


def test_a_list_that_was_never_filled_is_not_used_up(open_scope, telecaller):
    campaign = make_campaign(telecaller)
    following = make_list(campaign, state=State.WAITING, after=first_list(campaign))
    fill(following, 1)

    assert claim_next(telecaller) is None
    assert following.reloaded().state == State.WAITING


def test_a_list_ends_after_its_last_day_and_the_next_one_starts(open_scope, telecaller, colleague):
    campaign = make_campaign(telecaller, colleague)
    past = first_list(campaign)
    fill(past, 2)
    promised = make_entry(make_lead(), past, reserved_for=telecaller, rank=Rank.FOLLOW_UP)
    following = make_list(campaign, state=State.WAITING, after=past)
    CampaignList.objects.filter(pk=past.pk).update(ends_on=today())
    held = claim_next(colleague)
    assert held.list == past
    CampaignList.objects.filter(pk=past.pk).update(ends_on=today() - dt.timedelta(days=1))

    assert step(TEND, campaign) is None
    assert step(END, past) is not None

    assert following.reloaded().state == State.RUNNING
    assert past.reloaded().state == State.ENDED
    ended = QueueEntry.objects.filter(finished_because=Finished.LIST_ENDED)
    assert set(QueueEntry.objects.filter(finished_at=None)) == {promised, held}
    assert ended.count() == 1
    assert handed(telecaller, 3) == [promised]
    # What somebody holds is theirs until the outcome; then it is not tried again.
    settle(make_call(held.lead, colleague, disposition="No answer", campaign=campaign))
    assert held.reloaded().finished_because == Finished.LIST_ENDED
    assert step(END, past) is None


def test_a_lead_whose_follow_up_is_gone_waits_no_more_in_a_list_that_ended(scope, telecaller):
    ended = make_list(make_campaign(), state=State.ENDED)
    lead = make_lead(assigned_to=telecaller)
    follow_up = make_follow_up(lead, telecaller)
    entry = make_entry(lead, ended, reserved_for=telecaller, rank=Rank.FOLLOW_UP)
    cancel_follow_up(follow_up, by=telecaller)

    assert entry.reloaded().finished_because == Finished.LIST_ENDED


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"share": 0}, "share_1_to_9"),
        ({"share": 10}, "share_1_to_9"),
        ({"state": State.WAITING}, "waits_for_another"),
        ({"name": "EXPO"}, "name_once"),
    ],
)
def test_the_database_refuses_a_list_that_cannot_be(scope, fields, constraint):
    campaign = make_campaign()
    make_list(campaign, name="Expo")

    with pytest.raises(IntegrityError, match=f"campaign_list_{constraint}"), transaction.atomic():
        make_list(campaign, **fields)


def test_the_database_refuses_a_place_in_a_campaign_without_a_list(scope):
    with pytest.raises(IntegrityError, match="queue_campaign_has_list"), transaction.atomic():
        QueueEntry.objects.create(lead=make_lead(), campaign=make_campaign(), due_at=timezone.now())


# Pages


def new(campaign):
    return reverse("dialer:list_new", args=[campaign.pk])


def fields(**more):
    return {"name": "Expo", "share": "2", "order": "newest", "ends_on": "", "after": "", "view": ""} | more


def test_a_list_is_made_of_a_view(client_of, scope, manager, telecaller):
    campaign = make_campaign(telecaller)
    pune = make_lead(city="Pune")
    make_lead(city="Nashik")
    view = SavedView.objects.create(name="Pune", query="q=Pune", owner=manager)

    page = client_of(manager).post(new(campaign), fields(view=view.pk), follow=True).content.decode()

    made = CampaignList.objects.get(name="Expo")
    assert (made.share, made.order, made.state, made.campaign) == (2, "newest", State.RUNNING, campaign)
    assert [(entry.lead, entry.list, entry.campaign) for entry in QueueEntry.objects.all()] == [(pune, made, campaign)]
    assert "1 leads wait to be called." in page
    assert "67 %" in page


def test_a_list_that_starts_after_another_waits_for_it(client_of, scope, manager):
    campaign = make_campaign()
    client_of(manager).post(new(campaign), fields(after=first_list(campaign).pk))

    assert CampaignList.objects.get(name="Expo").state == State.WAITING
    page = client_of(manager).get(campaign.get_absolute_url()).content.decode()
    assert f"when “{first_list(campaign).name}” has nothing to call" in page


def test_a_campaign_that_ended_takes_no_list(client_of, scope, manager):
    campaign = make_campaign(state="ended")

    assert client_of(manager).get(new(campaign)).status_code == 409
    assert client_of(manager).post(new(campaign), fields()).status_code == 409
    assert CampaignList.objects.count() == 1


def test_today_shows_the_new_leads_of_running_lists(client_of, scope, telecaller):
    campaign = make_campaign(telecaller)
    (shown,) = fill(first_list(campaign), 1)
    fill(make_list(campaign, state=State.PAUSED), 1)

    assert list(waiting_for(telecaller, "new")) == [shown]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "LIST"}, "name"),
        ({"share": "0"}, "share"),
        ({"share": "10"}, "share"),
        ({"order": "tallest"}, "order"),
        ({"ends_on": "2020-01-01"}, "ends_on"),
        ({"ends_on": "soon"}, "ends_on"),
        ({"after": "01a215fa-fa60-78ee-a6d5-762170b806a4"}, "after"),
        ({"view": "01a215fa-fa60-78ee-a6d5-762170b806a4"}, "view"),
    ],
)
def test_bad_input_is_refused_and_kept(client_of, scope, manager, wrong, field):
    campaign = make_campaign()
    make_list(campaign, name="List")

    response = client_of(manager).post(new(campaign), fields(**wrong))

    assert response.status_code == 422
    assert list(response.context["form"].errors) == [field]
    assert CampaignList.objects.count() == 2


def test_a_list_of_another_campaign_or_a_later_one_cannot_be_waited_for(client_of, scope, manager):
    campaign = make_campaign()
    early = make_list(campaign, state=State.WAITING, after=first_list(campaign))
    later, others = make_list(campaign), first_list(make_campaign())
    address = reverse("dialer:list_edit", args=[campaign.pk, early.pk])

    for wrong in (later, others, early):
        assert client_of(manager).post(address, fields(after=wrong.pk)).status_code == 422


def test_a_changed_list_is_kept_and_runs_at_once_when_it_waits_for_nothing(client_of, scope, manager):
    campaign = make_campaign()
    waits = make_list(campaign, state=State.WAITING, after=first_list(campaign))
    address = reverse("dialer:list_edit", args=[campaign.pk, waits.pk])
    assert client_of(manager).get(address).status_code == 200

    response = client_of(manager).post(address, fields(name="Old stock", share="9"))

    assert response.url == campaign.get_absolute_url()
    changed = waits.reloaded()
    assert (changed.name, changed.share, changed.state, changed.after) == ("Old stock", 9, State.RUNNING, None)


def test_a_list_pauses_runs_and_ends_for_good(client_of, scope, manager):
    campaign = make_campaign()
    row = first_list(campaign)
    client = client_of(manager)

    def to(state):
        return client.post(reverse("dialer:list_state", args=[campaign.pk, row.pk, state]))

    for state in ("paused", "running", "ended"):
        assert to(state).status_code == 302
        assert row.reloaded().state == state
    for impossible in ("running", "waiting", "nonsense"):
        assert to(impossible).status_code == 409
    edit = reverse("dialer:list_edit", args=[campaign.pk, row.pk])
    assert client.get(edit).status_code == 200
    assert client.post(edit, fields()).status_code == 409


def test_a_list_is_found_only_under_its_campaign_and_by_whom_it_concerns(
    client_of, scope, manager, telecaller, outsider
):
    campaign, other = make_campaign(telecaller), make_campaign()
    strange = reverse("dialer:list_edit", args=[other.pk, first_list(campaign).pk])
    edit = reverse("dialer:list_edit", args=[campaign.pk, first_list(campaign).pk])

    assert client_of(manager).get(strange).status_code == 404
    assert client_of(telecaller).get(edit).status_code == 403
    assert client_of(outsider).get(edit).status_code == client_of(outsider).get(new(campaign)).status_code == 404
    assert (
        client_of(manager)
        .get(edit.replace(f"{first_list(campaign).pk}/", f"{first_list(campaign).pk}/state/paused/"))
        .status_code
        == 405
    )


def test_ending_a_campaign_ends_its_lists(client_of, scope, manager, organisation):
    campaign = make_campaign()
    client_of(manager).post(reverse("dialer:campaign_state", args=[campaign.pk, "ended"]))

    with acting_for(organisation):
        assert first_list(campaign).state == State.ENDED
        with pytest.raises(Exception, match="ended"):
            change_list_state(first_list(campaign), State.RUNNING, by=manager)
