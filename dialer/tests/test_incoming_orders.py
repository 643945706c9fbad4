"""Whatever the order of posts and presses, and however often they come: nobody is in two calls, and nothing is lost."""

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.tenancy import acting_for
from dialer.models import Call, CallEvent, IncomingCall, IncomingRing
from dialer.tests.callers import Caller, asks_at_voicemail, make_available, picks_up, tells, work
from dialer.tests.factories import open_all_day
from leads.models import FollowUp
from leads.tests.factories import make_lead
from teams.actions.presence import presence_of
from teams.models import Presence

PHASES = ["arrives", "hangs_up", "picks_up", "no-answer", "in-progress", "completed", "work", "voicemail"]


@pytest.fixture
def cast(scope, telecaller, colleague):
    open_all_day()
    leads = [make_lead(assigned_to=telecaller), make_lead()]
    make_available(telecaller, colleague)
    return leads


def act(callers, number, phase):
    caller = callers[number]
    with acting_for(caller.organisation):
        rings = list(IncomingRing.objects.filter(incoming=caller.token).order_by("pk"))
    if phase == "work":
        work(caller.organisation)
    elif phase in {"arrives", "hangs_up"}:
        assert getattr(caller, phase)().status_code in {200, 204}
    elif phase == "voicemail":
        asks_at_voicemail(caller)
    elif rings and phase == "picks_up":
        picks_up(rings[-1])
    elif rings:
        tells(rings[0] if phase == "completed" else rings[-1], phase)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(0, 1), st.sampled_from(PHASES)), max_size=24), st.booleans())
def test_any_order_ends_well(cast, organisation, telecaller, colleague, course, ends_first):
    point = connection.savepoint()
    try:
        callers = [Caller(organisation, lead.phone) for lead in cast]
        for number, phase in course:
            act(callers, number, phase)
            _holds()
        order = ["hangs_up", "arrives"] if ends_first else ["arrives", "hangs_up"]
        for caller in callers:
            for phase in order:
                getattr(caller, phase)()
        work(organisation)
        _holds()
        _is_over(callers, (telecaller, colleague))
    finally:
        connection.savepoint_rollback(point)


def _holds():
    """Nobody is rung twice at once, nobody talks on two lines, and a call is somebody's or missed."""
    open_rings = list(IncomingRing.objects.filter(ended_at=None).values_list("member", "incoming"))
    assert len({member for member, __ in open_rings}) == len(open_rings)
    assert len({incoming for __, incoming in open_rings}) == len(open_rings)
    for row in IncomingCall.objects.all():
        taken = row.rings.filter(answered_at__isnull=False)
        assert taken.count() == (1 if row.answered_at else 0)
        assert Call.objects.filter(pk=row.pk).exists() == (row.answered_at is not None)


def _is_over(callers, members):
    for caller in callers:
        row = caller.row()
        assert row.ended_at is not None
        call = Call.objects.filter(pk=caller.token).first()
        if row.answered_at is None:
            assert row.missed
            assert row.follow_up is not None
        else:
            assert (call.ended_at is not None, call.answered_at) == (True, row.answered_at)
    assert not IncomingRing.objects.filter(ended_at=None).exists()
    assert FollowUp.objects.filter(kind="missed").count() == IncomingCall.objects.missed().count()
    assert not CallEvent.objects.filter(verdict__in=["waiting", "unknown_call"]).exists()
    for member in members:
        owes = Call.objects.open().filter(telecaller=member).exists()
        assert presence_of(member).state == (Presence.State.WRAP_UP if owes else Presence.State.AVAILABLE)
