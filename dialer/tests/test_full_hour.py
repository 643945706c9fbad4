"""Promising a callback after a call: an hour that is full, and a lead that somebody is calling."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from dialer.models import Disposition, QueueEntry
from dialer.tests.factories import make_call, open_all_day
from leads.actions.handing_over import BeingCalled, take_follow_up
from leads.models import FollowUp, FollowUpSettings
from leads.tests.factories import make_follow_up, make_lead

CALLBACK = FollowUp.Kind.CALLBACK


@pytest.fixture
def ended(scope, telecaller):
    open_all_day()
    lead = make_lead(assigned_to=telecaller)
    return make_call(lead, telecaller, talk=60, closed_at=None, wrap_up_seconds=None)


def test_a_full_hour_saves_nothing_and_offers_free_times(client_of, ended, telecaller):
    FollowUpSettings.objects.update(callbacks_per_hour=1)
    wanted = timezone.now().replace(minute=20, second=0, microsecond=0) + dt.timedelta(hours=3)
    make_follow_up(make_lead(), telecaller, due_at=wanted, kind=CALLBACK)
    outcome = Disposition.objects.get(name="Call back")
    address = reverse("dialer:disposition", args=[ended.pk])
    local = timezone.localtime(wanted, ended.organisation.zone)
    sent = {
        "chosen": str(outcome.pk),
        "due": "pick",
        "due_at": f"{local:%Y-%m-%dT%H:%M}",
        "only_me": "on",
        "then": "stay",
    }

    answer = client_of(telecaller).post(address, sent | {"note": "After ten"})

    assert answer.status_code == 422
    page = answer.content.decode()
    assert "This hour is full of callbacks" in page
    assert "After ten" in page
    ended.refresh_from_db()
    assert ended.closed_at is None
    free = answer.context["full"].free
    assert len(free) == 3
    assert all(f'value="{moment.isoformat()}"' in page for moment in free)

    assert client_of(telecaller).post(address, sent | {"slot": free[0].isoformat()}).status_code == 302
    planned = FollowUp.objects.get(lead=ended.lead)
    assert (planned.due_at, planned.kind, planned.open_to) == (free[0], CALLBACK, FollowUp.OpenTo.OWN)


def test_a_lead_that_is_being_called_is_not_taken_away(scope, telecaller, colleague):
    long_ago = timezone.now() - dt.timedelta(hours=1)
    lead = make_lead(assigned_to=telecaller)
    task = make_follow_up(lead, telecaller, due_at=long_ago, assigned_at=long_ago)
    call = make_call(lead, telecaller, talk=60, closed_at=None, wrap_up_seconds=None)

    with pytest.raises(BeingCalled):
        take_follow_up(task, by=colleague)
    call.closed_at, call.wrap_up_seconds = timezone.now(), 1
    call.save()
    take_follow_up(task, by=colleague)

    entry = QueueEntry.objects.get(lead=lead, finished_at=None)
    assert (entry.rank, entry.reserved_for) == (QueueEntry.Rank.FOLLOW_UP, colleague)


def test_today_tells_of_what_colleagues_left_lying(client_of, scope, telecaller, colleague):
    client = client_of(colleague)
    assert "you may take" not in client.get(reverse("dialer:today")).content.decode()
    long_ago = timezone.now() - dt.timedelta(hours=1)
    make_follow_up(make_lead(assigned_to=telecaller), telecaller, due_at=long_ago, assigned_at=long_ago)

    page = client.get(reverse("dialer:today")).content.decode()

    assert "that you may take: 1" in page
    assert reverse("leads:follow_ups") + "?due=open" in page
