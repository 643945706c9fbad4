"""Holds that are lifted and erasures that are answered go when their time is over; what is in force or open never does."""

import datetime as dt

import pytest
from django.utils import timezone

from accounts.tenancy import acting_for
from jini.lib.ids import uuid7
from jini.lib.retention import SCHEDULE
from privacy.actions.purging import purge_some
from privacy.models import Erasure, LegalHold

KEPT = dt.timedelta(days=SCHEDULE["orders"].days)
HOUR = dt.timedelta(hours=1)


def purge(organisation):
    while purge_some(organisation):
        pass


def hold(admin, **fields):
    placed = LegalHold.objects.create(scope="lead", lead_id=uuid7(), reason="A claim", placed_by=admin, **fields)
    LegalHold.objects.filter(pk=placed.pk).update(placed_at=timezone.now() - 2 * KEPT)
    return placed


def erasure(admin, state, **fields):
    return Erasure.objects.create(lead_id=uuid7(), state=state, asked_by=admin, **fields)


@pytest.mark.parametrize(
    ("fields", "stays"),
    [
        ({}, True),
        ({"until": HOUR}, True),
        ({"until": -KEPT + HOUR}, True),
        ({"until": -KEPT - HOUR}, False),
        ({"lifted_at": -KEPT + HOUR}, True),
        ({"lifted_at": -KEPT - HOUR}, False),
        ({"lifted_at": -KEPT - HOUR, "until": HOUR}, False),
    ],
)
def test_a_hold_goes_three_years_after_it_held_last(organisation, admin, fields, stays):
    times = {name: timezone.now() + delta for name, delta in fields.items()}
    with acting_for(organisation):
        placed = hold(admin, **times, **({"lifted_by": admin} if "lifted_at" in times else {}))

    purge(organisation)

    with acting_for(organisation):
        assert LegalHold.objects.filter(pk=placed.pk).exists() == stays


@pytest.mark.parametrize("state", ["done", "refused", "withdrawn"])
@pytest.mark.parametrize(("ago", "stays"), [(KEPT - HOUR, True), (KEPT + HOUR, False)])
def test_an_erasure_goes_three_years_after_its_answer(organisation, admin, state, ago, stays):
    with acting_for(organisation):
        asked = erasure(admin, state, finished_at=timezone.now() - ago)

    purge(organisation)

    with acting_for(organisation):
        assert Erasure.objects.filter(pk=asked.pk).exists() == stays


@pytest.mark.parametrize("state", ["asked", "erasing", "found"])
def test_what_is_not_answered_is_never_due(organisation, admin, state):
    with acting_for(organisation):
        asked = erasure(admin, state)
        Erasure.objects.filter(pk=asked.pk).update(asked_at=timezone.now() - 2 * KEPT)

    purge(organisation)

    with acting_for(organisation):
        assert Erasure.objects.filter(pk=asked.pk).exists()
