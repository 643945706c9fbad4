"""The contact gate, rule by rule, and against an oracle on many invented people (CONTACTS=1000000 for the long form)."""

import dataclasses
import datetime as dt
import os
import random
import zoneinfo
from collections import Counter
from decimal import Decimal

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from privacy.contact_facts import (
    Attempts,
    Caps,
    Consent,
    Contact,
    Limits,
    Number,
    Purpose,
    RegistryResult,
    Rules,
    Spent,
    Stop,
    TelecallerState,
    Used,
    Window,
)
from privacy.contact_reasons import LABELS, SENTENCES, GateName, Reason
from privacy.contact_rules import GATES, Outcome, may_contact
from privacy.tests import oracle_contact_rules as oracle

INDIA = zoneinfo.ZoneInfo("Asia/Kolkata")
# A Tuesday, noon in India.
NOON = dt.datetime(2026, 11, 24, 6, 30, tzinfo=dt.UTC)
RULES = Rules()
CONTACT = Contact(
    organisation_is_active=True,
    number=Number("+919000000047", "IN", "mobile"),
    zone=INDIA,
    spent=Spent(dt.date(2026, 11, 24), INDIA),
)


def contact(**facts):
    return dataclasses.replace(CONTACT, **facts)


def rules(**changes):
    return dataclasses.replace(RULES, **changes)


def minutes_ago(*minutes):
    return Attempts(len(minutes), tuple(NOON - dt.timedelta(minutes=m) for m in minutes))


def test_an_ordinary_person_may_be_called_at_noon():
    decision = may_contact(CONTACT, rules(version=7), NOON)

    assert decision.is_allowed
    assert decision.reason == Reason.ALLOWED
    assert decision.dialable_at == NOON
    assert decision.policy_version == 7
    assert [gate.gate for gate in decision.gates] == list(GateName)


def test_no_hour_is_wrong_for_practice():
    night = NOON + dt.timedelta(hours=11)
    practice = may_contact(contact(is_practice=True), rules(hours=(None,) * 7), night)

    assert may_contact(CONTACT, RULES, night).reason == Reason.OUTSIDE_HOURS
    assert practice.is_allowed
    assert practice.dialable_at == night
    assert [gate.reason for gate in practice.gates if gate.outcome is Outcome.SKIP and gate.gate is GateName.HOURS] == [
        Reason.PRACTICE
    ]


LIVE = Consent(given_at=NOON - dt.timedelta(days=9), is_explicit=True)
CLEAN = RegistryResult(is_registered=False, checked_at=NOON - dt.timedelta(days=1))
PROMOTION = {"purpose": Purpose.PROMOTIONAL}
LISTED = RegistryResult(is_registered=True, checked_at=NOON - dt.timedelta(days=90))


@pytest.mark.parametrize(
    ("facts", "changes", "reason"),
    [
        ({"organisation_is_active": False}, {}, Reason.ORGANISATION_NOT_ACTIVE),
        ({"organisation_is_cancelled": True}, {}, Reason.ORGANISATION_CANCELLED),
        ({"number": None}, {}, Reason.NUMBER_INVALID),
        ({"number": Number("+12025550123", "US", "mobile")}, {}, Reason.COUNTRY_NOT_ALLOWED),
        ({"number": Number("+8816123456", "001", "mobile")}, {}, Reason.COUNTRY_NOT_ALLOWED),
        ({"number": Number("+911800123456", "IN", "toll_free")}, {}, Reason.KIND_NOT_ALLOWED),
        ({"is_do_not_call": True}, {}, Reason.ON_DO_NOT_CALL),
        ({"consent": dataclasses.replace(LIVE, withdrawn_at=NOON)}, {}, Reason.CONSENT_WITHDRAWN),
        ({"consent": Consent(refused_at=NOON)}, {}, Reason.CONSENT_REFUSED),
        (
            {"consent": dataclasses.replace(LIVE, expires_at=NOON)},
            {"requires_consent": True},
            Reason.CONSENT_EXPIRED,
        ),
        ({}, {"requires_consent": True}, Reason.CONSENT_MISSING),
        ({"registry": LISTED, **PROMOTION}, {}, Reason.DND_REGISTERED),
        (PROMOTION, {"requires_registry": True}, Reason.DND_NOT_CHECKED),
        (
            {"registry": dataclasses.replace(LISTED, is_registered=False), **PROMOTION},
            {"requires_registry": True},
            Reason.DND_STALE,
        ),
        ({}, {"hours": (None,) * 7}, Reason.NO_HOURS),
        ({"attempts_on_lead": Attempts(10)}, {}, Reason.LIFETIME_USED),
        ({"attempts_on_number": Attempts(10)}, {}, Reason.LIFETIME_USED),
        ({"lead_is_on_call": True}, {}, Reason.LEAD_ON_CALL),
        ({"telecaller": TelecallerState.ON_CALL}, {}, Reason.TELECALLER_ON_CALL),
        ({"telecaller": TelecallerState.OWES_OUTCOME}, {}, Reason.OUTCOME_OWED),
        ({"telecaller": TelecallerState.NO_PHONE}, {}, Reason.TELECALLER_NO_PHONE),
        ({}, {"daily_cap": 0}, Reason.DAY_USED),
        ({}, {"rolling_cap": 0}, Reason.ROLLING_USED),
        ({}, {"on_day": Limits(calls=0)}, Reason.CALLS_USED),
        (
            {"spent": Spent(dt.date(2026, 11, 24), INDIA, next_call=Used(amount=Decimal(2)))},
            {"on_day": Limits(amount=Decimal(1))},
            Reason.SPEND_USED,
        ),
        ({"stop": Stop.ORGANISATION}, {}, Reason.STOPPED),
        ({"stop": Stop.INSTALLATION}, {}, Reason.STOPPED_BY_OPERATOR),
        ({}, {"on_member": Limits(calls=0)}, Reason.MEMBER_CALLS_USED),
        ({}, {"new_calls": 0}, Reason.NEW_CALLS_USED),
    ],
)
def test_a_refusal_that_waiting_does_not_lift(facts, changes, reason):
    decision = may_contact(contact(**facts), rules(**changes), NOON)

    assert decision.reason == reason
    assert decision.dialable_at is None


@pytest.mark.parametrize("facts", [{"consent": LIVE, "registry": LISTED}, {"registry": CLEAN}, {"consent": LIVE}])
def test_what_the_registry_and_consent_allow_together(facts):
    assert may_contact(contact(**facts, **PROMOTION), rules(requires_registry=True), NOON).is_allowed


@pytest.mark.parametrize("purpose", [Purpose.SERVICE, Purpose.TRANSACTIONAL])
def test_the_registry_is_about_promotion_alone(purpose):
    decision = may_contact(contact(registry=LISTED, purpose=purpose), rules(requires_registry=True), NOON)

    assert decision.is_allowed
    assert Reason.DND_NOT_ASKED in {gate.reason for gate in decision.gates}


def test_what_has_expired_is_as_if_it_had_not_been_given():
    expired = dataclasses.replace(LIVE, expires_at=NOON)

    assert may_contact(contact(consent=expired), RULES, NOON).is_allowed
    assert may_contact(contact(consent=expired, registry=LISTED, **PROMOTION), RULES, NOON).reason == (
        Reason.DND_REGISTERED
    )


def test_withdrawn_consent_overrides_nothing():
    withdrawn = dataclasses.replace(LIVE, withdrawn_at=NOON - dt.timedelta(days=1))

    decision = may_contact(contact(consent=withdrawn, registry=LISTED, **PROMOTION), RULES, NOON)

    failing = [gate.gate for gate in decision.gates if gate.outcome == Outcome.FAIL]
    assert failing == [GateName.CONSENT, GateName.REGISTRY, GateName.OVERRIDE]


def local(day, hour, minute=0, second=0):
    return dt.datetime(2026, 11, day, hour, minute, second, tzinfo=INDIA)


@pytest.mark.parametrize(
    ("now", "dialable_at"),
    [
        (local(24, 9, 59, 59), local(24, 10)),
        (local(24, 10), local(24, 10)),
        (local(24, 20, 59, 59), local(24, 20, 59, 59)),
        (local(24, 21), local(25, 10)),
        (local(24, 23, 59), local(25, 10)),
    ],
)
def test_calling_hours_open_at_ten_and_close_at_nine(now, dialable_at):
    assert may_contact(CONTACT, RULES, now).dialable_at == dialable_at


def test_calling_hours_are_those_of_the_lead_and_of_the_weekday():
    london = zoneinfo.ZoneInfo("Europe/London")
    weekdays = (Window(dt.time(10), dt.time(12)),) * 5 + (None, None)

    # A Friday evening in India; 10:00 on Monday in London is 15:30 in India.
    decision = may_contact(contact(zone=london), rules(hours=weekdays), local(27, 19))

    assert decision.reason == Reason.OUTSIDE_HOURS
    assert decision.dialable_at == local(30, 15, 30)


def test_a_cap_that_falls_away_at_night_waits_for_the_morning():
    # Three calls today, the oldest 2 hours ago: free of the day at midnight, of 24 hours at 10:00, of the hours at 10.
    now = local(24, 12)

    decision = may_contact(contact(attempts_on_lead=minutes_ago(120, 110, 100)), RULES, now)

    assert decision.reason == Reason.DAY_USED
    assert decision.dialable_at == local(25, 10)


def test_the_rolling_cap_frees_when_the_oldest_of_its_calls_is_a_day_old():
    decision = may_contact(
        contact(attempts_on_number=minutes_ago(23 * 60, 20 * 60, 18 * 60)), rules(daily_cap=None), NOON
    )

    assert decision.reason == Reason.ROLLING_USED
    assert decision.dialable_at == NOON + dt.timedelta(hours=1)


def test_a_number_may_be_called_less_often_than_a_person():
    facts = {"attempts_on_lead": minutes_ago(300, 200), "attempts_on_number": minutes_ago(300, 200)}
    by_number = rules(on_number=Caps(lifetime=10, daily=2, rolling=2))

    assert may_contact(contact(**facts), RULES, NOON).is_allowed
    decision = may_contact(contact(**facts), by_number, NOON)
    assert (decision.reason, decision.refusal.details["limit"]) == (Reason.DAY_USED, 2)
    assert may_contact(contact(attempts_on_lead=minutes_ago(300, 200)), by_number, NOON).is_allowed


@pytest.mark.parametrize(
    ("now", "called", "caps", "dialable_at"),
    [
        # Once in the morning is allowed, and once was called: the afternoon begins at noon.
        (local(24, 11), 60, (1, 1, 1), local(24, 12)),
        (local(24, 12), 120, (1, 1, 1), local(24, 12)),
        # The afternoon is used up, and nobody is called in the evening: tomorrow, when the hours begin.
        (local(24, 15), 90, (1, 1, 0), local(25, 10)),
        (local(24, 16), 90, (None, 1, None), local(24, 16)),
        (local(24, 20), 90, (None, None, 1), local(25, 10)),
    ],
)
def test_a_part_of_the_day_has_its_own_cap(now, called, caps, dialable_at):
    moment = now - dt.timedelta(minutes=called)

    decision = may_contact(contact(attempts_on_number=Attempts(1, (moment,))), rules(part_caps=caps), now)

    assert decision.dialable_at == dialable_at
    assert (decision.reason == Reason.PART_USED) == (dialable_at != now)


def test_the_gap_counts_from_the_last_call_on_lead_or_number():
    facts = {"attempts_on_lead": minutes_ago(200), "attempts_on_number": minutes_ago(20)}

    decision = may_contact(contact(**facts), RULES, NOON)

    assert decision.reason == Reason.GAP_NOT_OVER
    assert decision.dialable_at == NOON + dt.timedelta(minutes=40)


def test_the_spend_cap_frees_at_the_organisations_midnight_and_the_hours_after_it():
    used, next_call = Used(100, 6000, Decimal(100)), Used(1, 180, Decimal(1))
    spent = Spent(dt.date(2026, 11, 24), INDIA, used, next_call=next_call)

    by_calls = may_contact(contact(spent=spent), rules(on_day=Limits(calls=100)), NOON)
    by_money = may_contact(contact(spent=spent), rules(on_day=Limits(amount=Decimal("100.99"))), NOON)
    to_the_paisa = may_contact(contact(spent=spent), rules(on_day=Limits(amount=Decimal(101))), NOON)

    assert (by_calls.reason, by_calls.dialable_at) == (Reason.CALLS_USED, local(25, 10))
    assert (by_money.reason, by_money.dialable_at) == (Reason.SPEND_USED, local(25, 10))
    assert to_the_paisa.is_allowed


@pytest.mark.parametrize(
    ("limits", "reason"),
    [
        ({"on_day": Limits(minutes=102)}, Reason.MINUTES_USED),
        ({"on_day": Limits(minutes=103)}, Reason.ALLOWED),
        ({"new_calls": 100}, Reason.NEW_CALLS_USED),
        ({"new_calls": 101}, Reason.ALLOWED),
        ({"on_member": Limits(calls=7)}, Reason.MEMBER_CALLS_USED),
        ({"on_member": Limits(minutes=9)}, Reason.MEMBER_MINUTES_USED),
        ({"on_member": Limits(amount=Decimal(8))}, Reason.MEMBER_SPEND_USED),
        ({"on_member": Limits(8, 13, Decimal(9))}, Reason.ALLOWED),
    ],
)
def test_minutes_and_each_members_day_have_limits_too(limits, reason):
    spent = Spent(
        dt.date(2026, 11, 24),
        INDIA,
        Used(100, 6000, Decimal(100)),
        by_member=Used(7, 600, Decimal(8)),
        next_call=Used(1, 180, Decimal(1)),
    )

    decision = may_contact(contact(spent=spent), rules(**limits), NOON)

    assert decision.reason == reason
    assert decision.dialable_at == (NOON if reason == Reason.ALLOWED else local(25, 10))


def test_the_first_failing_gate_gives_the_reason_and_all_gates_answer():
    decision = may_contact(contact(is_do_not_call=True, lead_is_on_call=True), RULES, local(24, 22))

    assert decision.reason == Reason.ON_DO_NOT_CALL
    failing = [gate.gate for gate in decision.gates if gate.outcome == Outcome.FAIL]
    assert failing == [GateName.DO_NOT_CALL, GateName.HOURS, GateName.LEAD_LINE]


def test_rules_that_make_no_sense_are_refused():
    with pytest.raises(ValueError, match="opens before it closes"):
        Window(dt.time(21), dt.time(10))
    with pytest.raises(ValueError, match="seven days"):
        Rules(hours=(None,))


def test_every_gate_and_reason_has_its_words():
    assert set(LABELS) == set(GateName)
    assert set(SENTENCES) == set(Reason)
    assert len(GATES) == len(GateName)


@pytest.mark.parametrize("language", ["en", "hi"])
def test_every_sentence_can_be_said_of_any_person(language):
    dice = random.Random(7)
    with translation.override(language):
        for _ in range(300):
            now = oracle.some_now(dice)
            decision = may_contact(oracle.some_contact(dice, now), oracle.some_rules(dice), now)
            sentences = [decision.sentence, *(gate.sentence for gate in decision.gates)]
            labels = [gate.label for gate in decision.gates]

            assert all(sentences)
            assert all(labels)
            assert not any("%(" in sentence for sentence in sentences)


def test_the_oracle_agrees_on_many_people():
    count = int(os.environ.get("CONTACTS", "20000"))
    dice = random.Random(int(os.environ.get("SEED", "20261124")))
    seen = Counter()
    for _ in range(count):
        now = oracle.some_now(dice)
        person, policy = oracle.some_contact(dice, now), oracle.some_rules(dice)

        decision = may_contact(person, policy, now)

        expected = oracle.first_objection(person, policy, now), oracle.first_free_moment(person, policy, now)
        assert (decision.reason.value, decision.dialable_at) == expected, (person, policy, now)
        seen[decision.reason] += 1
    # The people are varied enough that every refusal was met, and no single answer drowns the others.
    refusals = {gate_reason for gate_reason in Reason if gate_reason in REFUSALS}
    assert refusals <= set(seen)
    assert seen[Reason.ALLOWED] < count * 0.7


REFUSALS = {
    Reason.ORGANISATION_NOT_ACTIVE, Reason.NUMBER_INVALID, Reason.COUNTRY_NOT_ALLOWED, Reason.KIND_NOT_ALLOWED,
    Reason.ON_DO_NOT_CALL, Reason.CONSENT_MISSING, Reason.CONSENT_WITHDRAWN, Reason.CONSENT_REFUSED, Reason.CONSENT_EXPIRED,
    Reason.DND_NOT_CHECKED, Reason.DND_STALE, Reason.DND_REGISTERED, Reason.OUTSIDE_HOURS, Reason.NO_HOURS,
    Reason.LIFETIME_USED, Reason.DAY_USED, Reason.PART_USED, Reason.ROLLING_USED, Reason.GAP_NOT_OVER, Reason.LEAD_ON_CALL,
    Reason.TELECALLER_ON_CALL, Reason.OUTCOME_OWED, Reason.TELECALLER_NO_PHONE, Reason.CALLS_USED, Reason.SPEND_USED,
}  # fmt: skip


@given(st.randoms(use_true_random=False))
def test_the_oracle_agrees_wherever_hypothesis_looks(dice):
    now = oracle.some_now(dice)
    person, policy = oracle.some_contact(dice, now), oracle.some_rules(dice)

    decision = may_contact(person, policy, now)

    assert decision.reason.value == oracle.first_objection(person, policy, now)
    assert decision.dialable_at == oracle.first_free_moment(person, policy, now)


@given(st.randoms(use_true_random=False))
def test_at_the_promised_moment_the_call_is_allowed_and_not_a_second_before(dice):
    now = oracle.some_now(dice)
    person, policy = oracle.some_contact(dice, now), oracle.some_rules(dice)

    promised = may_contact(person, policy, now).dialable_at

    if promised is not None:
        assert may_contact(person, policy, promised).is_allowed
        if promised > now:
            assert not may_contact(person, policy, promised - dt.timedelta(seconds=1)).is_allowed
