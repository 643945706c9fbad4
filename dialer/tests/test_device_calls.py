"""Call logs of own phones: every row gets its verdict, none becomes two calls, and what is personal is not kept."""

import datetime as dt
import hashlib

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.actions.api_keys import revoke
from accounts.tenancy import acting_for
from accounts.tests.api import program_of
from dialer.actions.calling import start_call
from dialer.actions.wrap_up import save_disposition
from dialer.calls.counters import COUNTERS, count_calls
from dialer.models import Call, Device, DeviceBatch, DeviceCall, Disposition, TelephonyAccount
from dialer.tests.factories import make_call, open_all_day
from dialer.tests.phones import Phone
from leads.models import Activity, LeadPhone
from leads.tests.factories import make_lead

pytestmark = pytest.mark.usefixtures("scope")


@pytest.fixture
def phone(telecaller) -> Phone:
    return Phone(telecaller)


@pytest.fixture
def lead(telecaller, scope):
    return make_lead(assigned_to=telecaller, phone="+919000012345")


def test_a_row_becomes_a_call_with_its_line_counters_and_figures(phone, lead, telecaller):
    answer = phone.sync(phone.row("90000 12345"), device={"battery_percent": 80})

    call = Call.objects.get()
    assert answer.json()["results"] == [{"row": 0, "id": "1", "verdict": "accepted", "call_id": str(call.pk)}]
    assert (call.lead_id, call.telecaller_id, call.mode, call.talk_seconds) == (lead.pk, telecaller.pk, "own_phone", 60)
    assert (call.status, call.closed_at, call.disposition_id) == ("completed", call.ended_at, None)
    line = Activity.objects.get(lead=lead, kind=Activity.Kind.CALL)
    assert (line.details["call"], line.details["talk_seconds"], line.at) == (str(call.pk), 60, call.started_at)
    row = lead.reloaded()
    assert (row.attempts, row.connected, row.last_called_at) == (1, 1, call.started_at)
    device = Device.objects.get()
    assert (device.reported, device.app_version, device.synced_at is not None) == ({"battery_percent": 80}, "1.0", True)


def test_half_of_the_rows_broken_does_not_hold_up_the_rest(phone, lead):
    good = [phone.row(lead.phone, number, ago=600 + number * 100) for number in range(5)]
    broken = [
        "x",
        phone.row("112", 10),
        phone.row("1909000000", 11),
        phone.row("+1 415 555 2671", 12),
        phone.row("1860 123 4567", 13),
        phone.row(lead.phone, 14, direction="sideways"),
        phone.row(lead.phone, 15, duration=-1),
        phone.row(lead.phone, 16, started_at="yesterday"),
        phone.row(lead.phone, 17, started_at="2026-11-24T10:00:00"),
        phone.row(lead.phone, 18, ago=-3600),
        phone.row(lead.phone, 19, ago=91 * 86400),
        phone.row(lead.phone, ""),
        phone.row(None, 20),
    ]

    answer = phone.sync(*[row for pair in zip(broken, good, strict=False) for row in pair], *broken[5:])

    results = answer.json()["results"]
    refused = [(one["field"], one["code"]) for one in results if one["verdict"] == "refused"]
    assert [one["row"] for one in results] == list(range(18))
    assert [one["verdict"] for one in results].count("accepted") == 5 == Call.objects.count()
    assert refused == [
        ("", "not_an_object"),
        ("number", "number_special"),
        ("number", "number_invalid"),
        ("number", "number_foreign"),
        ("number", "number_special"),
        ("direction", "direction_unknown"),
        ("duration", "duration_invalid"),
        ("started_at", "started_at_invalid"),
        ("started_at", "started_at_invalid"),
        ("started_at", "in_future"),
        ("started_at", "too_old"),
        ("id", "id_invalid"),
        ("number", "number_empty"),
    ]
    assert all(one["message"] for one in results if one["verdict"] == "refused")


def test_personal_calls_leave_nothing_but_a_count(phone, lead):
    answer = phone.sync(phone.row("98200 55555"), phone.row(lead.phone, 2))

    assert [one["verdict"] for one in answer.json()["results"]] == ["personal", "accepted"]
    batch = DeviceBatch.objects.get()
    assert (batch.personal, batch.accepted) == (1, 1)
    assert "55555" not in str([vars(batch), *map(vars, DeviceCall.objects.all())])


def test_the_phone_asks_first_which_numbers_are_leads(phone, lead):
    LeadPhone.objects.create(lead=lead, phone="+919000054321")
    salt = phone.post("device-calls/known/", {"hashes": []}).json()["salt"]
    digests = {number: hashlib.sha256((salt + number).encode()).hexdigest() for number in
               ("+919000012345", "+919000054321", "+919820055555")}  # fmt: skip

    known = phone.post("device-calls/known/", {"hashes": list(digests.values())}).json()["known"]

    assert set(known) == {digests["+919000012345"], digests["+919000054321"]}
    assert phone.post("device-calls/known/", {"hashes": ["+919000012345"]}).status_code == 422
    assert phone.post("device-calls/known/", {"hashes": [digests["+919820055555"]] * 1001}).status_code == 422


def test_a_row_that_comes_again_is_a_duplicate_by_either_key(phone, lead, telecaller):
    row = phone.row(lead.phone)
    twice = phone.sync(row, row).json()["results"]
    assert [one["verdict"] for one in twice] == ["accepted", "duplicate"]

    again = phone.sync(row).json()["results"][0]
    assert (again["verdict"], again["call_id"]) == ("duplicate", str(Call.objects.get().pk))
    # The same id with other content is the same row; another id with the same content, too.
    assert phone.verdicts(row | {"duration": 61}) == ["duplicate"]
    assert phone.verdicts(row | {"id": "7"}) == ["duplicate"]

    phone = Phone(telecaller, install="install-2")
    assert phone.verdicts(row | {"id": "1"}, phone.row(lead.phone, "2", ago=300)) == ["duplicate", "accepted"]
    assert Call.objects.count() == 2


def test_both_keys_hold_in_the_database(phone, lead):
    phone.sync(phone.row(lead.phone))
    kept = DeviceCall.objects.get()
    for other in ({"log_id": "2", "install_id": "x"}, {"seconds": 5}):
        fields = {name: getattr(kept, name) for name in ("telecaller", "device", "call", "joined", "install_id", "log_id",
                  "phone", "direction", "logged_at", "seconds", "received_at")}  # fmt: skip
        with pytest.raises(IntegrityError), transaction.atomic():
            DeviceCall.objects.create(**(fields | other))


def test_the_same_key_has_one_effect_and_one_answer(phone, lead):
    body = {"sent_at": timezone.now().isoformat(), "install_id": "install-1", "calls": [phone.row(lead.phone)]}
    first = phone.post("device-calls/", body, **{"Idempotency-Key": "batch-0001"})
    later = body | {"sent_at": (timezone.now() + dt.timedelta(seconds=5)).isoformat()}
    second = phone.post("device-calls/", later, **{"Idempotency-Key": "batch-0001"})
    other = phone.post("device-calls/", body | {"calls": []}, **{"Idempotency-Key": "batch-0001"})

    assert first.status_code == second.status_code == 200
    assert first.json() == second.json()
    assert (other.status_code, other.json()["code"]) == (409, "key_reused")
    assert (Call.objects.count(), DeviceBatch.objects.count()) == (1, 1)
    assert phone.post("device-calls/", body).json()["code"] == "key_invalid"


@pytest.mark.parametrize("days", [1, -1])
def test_a_phone_a_day_off_is_corrected_and_told(phone, lead, days):
    phone.skew = dt.timedelta(days=days)

    answer = phone.sync(phone.row(lead.phone, ago=600))

    assert abs(answer.json()["clock"]["ahead_seconds"] - days * 86400) <= 2
    started_at = Call.objects.get().started_at
    assert abs(timezone.now() - dt.timedelta(seconds=600) - started_at) < dt.timedelta(seconds=5)
    assert Device.objects.get().is_skewed


def test_a_clock_that_nobody_can_correct_is_refused(phone, lead):
    phone.skew = dt.timedelta(days=3)

    answer = phone.sync(phone.row(lead.phone))

    assert (answer.status_code, answer.json()["code"], list(answer.json()["fields"])) == (422, "clock_off", ["sent_at"])
    assert (Call.objects.count(), DeviceBatch.objects.count()) == (0, 0)


def own_call(lead, telecaller):
    open_all_day()
    TelephonyAccount.objects.update(is_active=False)
    TelephonyAccount.objects.update_or_create(provider="own_phone", defaults={"is_active": True})
    return start_call(lead, by=telecaller)


def test_a_row_is_joined_to_the_call_whose_outcome_was_saved(phone, lead, telecaller):
    call = own_call(lead, telecaller)
    Call.objects.filter(pk=call.pk).update(status="completed", ended_at=timezone.now())
    save_disposition(call, Disposition.objects.get(name="Not interested"), by=telecaller)

    phone.sync(phone.row(lead.phone, ago=100, duration=45))

    row = Call.objects.get()
    assert (row.pk, row.talk_seconds, row.disposition.name) == (call.pk, 45, "Not interested")
    assert DeviceCall.objects.get().joined == "outcome"
    line = Activity.objects.get(lead=lead, kind=Activity.Kind.CALL)
    assert line.details["talk_seconds"] == 45
    # A second row of the same minute is another call.
    assert phone.verdicts(phone.row(lead.phone, 2, ago=50, duration=0)) == ["accepted"]
    assert Call.objects.count() == 2


def test_a_row_ends_the_call_that_was_open_until_then(phone, lead, telecaller):
    call = own_call(lead, telecaller)

    phone.sync(phone.row(lead.phone, ago=30, duration=20))

    row = Call.objects.get(pk=call.pk)
    assert (row.is_in_wrap_up, row.talk_seconds, row.status) == (True, 20, "completed")


def test_a_call_of_more_than_three_minutes_before_is_another_one(phone, lead, telecaller):
    make_call(
        lead, telecaller, mode="own_phone", provider="own_phone", started_at=timezone.now() - dt.timedelta(minutes=10)
    )

    phone.sync(phone.row(lead.phone, ago=6 * 60))

    assert sorted(Call.objects.values_list("talk_seconds", flat=True), key=str) == [60, None]


def test_a_call_that_the_provider_carries_is_not_a_second_call(phone, lead, telecaller, colleague):
    cloud = make_call(lead, telecaller, talk=60, started_at=timezone.now() - dt.timedelta(seconds=610))
    other = make_call(
        make_lead(phone="+919000077777"), colleague, talk=60, started_at=timezone.now() - dt.timedelta(seconds=610)
    )

    phone.sync(phone.row(lead.phone, ago=600, duration=50), phone.row(other.phone, 2, ago=600, duration=0))

    kept = DeviceCall.objects.get(phone=lead.phone)
    assert (kept.call_id, kept.joined) == (cloud.pk, "cloud")
    assert Call.objects.get(pk=cloud.pk).talk_seconds == 60
    # A colleague's call to the same number at the same time is theirs.
    assert (DeviceCall.objects.get(phone=other.phone).joined, Call.objects.count()) == ("new", 3)


def test_an_incoming_call_is_no_attempt(phone, lead):
    phone.sync(phone.row(lead.phone, direction="incoming"))

    assert (Call.objects.get().direction, lead.reloaded().attempts) == ("incoming", 0)


def test_a_revoked_phone_and_an_api_key_are_refused(phone, lead, telecaller):
    key = program_of(telecaller)
    assert key.post("device-calls/", {}).status_code == 401
    assert phone.get("me/").status_code == 401
    revoke(Device.objects.get(), by=telecaller)

    answer = phone.sync(phone.row(lead.phone))

    assert (answer.status_code, answer.json()["code"], Call.objects.count()) == (401, "no_key", 0)


def test_a_batch_that_is_too_large_or_wrong_is_refused_as_a_whole(phone, lead):
    assert phone.sync(*[phone.row(lead.phone, number) for number in range(201)]).status_code == 422
    assert list(phone.sync(sent_at="2026-11-24T10:00:00").json()["fields"]) == ["sent_at"]
    assert list(phone.sync(device={"battery_percent": 900}).json()["fields"]) == ["device.battery_percent"]
    assert Call.objects.count() == 0


@pytest.mark.parametrize("count", [1, 3])
def test_a_batch_asks_the_same_queries_for_any_number_of_rows(phone, telecaller, count, django_assert_num_queries):
    leads = [make_lead(assigned_to=telecaller) for _ in range(count)]
    rows = [phone.row(lead.phone, number, ago=600 + 100 * number) for number, lead in enumerate(leads)]

    with django_assert_num_queries(31):
        assert phone.verdicts(*rows) == ["accepted"] * count


def test_a_row_of_another_organisations_lead_is_personal(phone, rival):
    with acting_for(rival):
        other = make_lead(phone="+919000088888")

    assert phone.verdicts(phone.row(other.phone)) == ["personal"]


def test_what_is_added_to_the_counters_is_what_counting_finds(phone, lead, telecaller):
    make_call(lead, telecaller, talk=30, started_at=timezone.now() - dt.timedelta(days=1))
    count_calls([lead.pk])
    rows = [
        phone.row(lead.phone, 1, ago=3 * 86400, duration=0),
        phone.row(lead.phone, 2, ago=500),
        phone.row(lead.phone, 3, ago=400, direction="incoming"),
    ]
    phone.sync(*rows)
    added = [getattr(lead.reloaded(), name) for name in COUNTERS]

    count_calls([lead.pk])

    assert added == [getattr(lead.reloaded(), name) for name in COUNTERS]
    assert added[:2] == [3, 2]
