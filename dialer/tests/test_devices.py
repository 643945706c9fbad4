"""Pairing own phones, and the pages about them."""

import datetime as dt
import json
import re
import urllib.parse

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry
from accounts.tests.api import Program
from dialer.actions.devices import offer_pairing
from dialer.device_health import health_of
from dialer.models import Device, DeviceBatch, PairingCode
from dialer.tests.phones import Phone

MINE, ALL = reverse("dialer:own_devices"), reverse("dialer:devices")


def offered(client):
    return re.search(r'value="(jini_pair_[^"]+)"', client.post(MINE).content.decode())[1]


def ask(code, **fields):
    body = {"code": code, "name": "Redmi 12", "hardware_id": "hardware-1"} | fields
    return Program().post("devices/pair/", body)


def test_a_telecaller_pairs_their_phone_with_the_code_they_are_shown(client_of, telecaller, scope):
    client = client_of(telecaller)
    page = client.post(MINE)
    code = re.search(r'value="(jini_pair_[^"]+)"', page.content.decode())[1]

    answer = ask(code)

    assert page.headers["Cache-Control"] == "no-store"
    picture = re.search(r'src="(data:image/svg\+xml[^"]+)"', page.content.decode())[1]
    assert "<svg" in urllib.parse.unquote(picture)
    paired = answer.json()
    assert (answer.status_code, paired["telecaller"]) == (201, telecaller.name)
    assert Program(paired["token"]).post("device-calls/known/", {"hashes": []}).json()["salt"] == paired["salt"]
    assert code not in json.dumps(list(PairingCode.objects.values()), default=str)
    assert paired["token"] not in json.dumps(list(Device.objects.values()), default=str)
    assert "Redmi 12" in client.get(MINE).content.decode()


def test_a_code_works_once_in_its_ten_minutes_and_only_the_last_one_offered(client_of, telecaller, scope):
    client = client_of(telecaller)
    first, second = offered(client), offered(client)
    assert ask(first).json()["code"] == "no_such_code"
    assert ask(second).status_code == 201
    assert ask(second).status_code == 422
    third = offered(client)
    PairingCode.objects.filter(used_at=None).update(expires_at=timezone.now())
    assert ask(third).status_code == 422
    for nonsense in ("", "x", "jini_pair_x", f"jini_pair_{'0' * 32}_{'x' * 43}"):
        assert ask(nonsense).json()["fields"].keys() == {"code"}


def test_a_code_of_who_left_pairs_nothing(client_of, telecaller, scope):
    code = offered(client_of(telecaller))
    type(telecaller).objects.filter(pk=telecaller.pk).update(deactivated_at=timezone.now())

    assert ask(code).status_code == 422


def test_a_phone_that_is_paired_again_has_one_secret(telecaller, scope):
    old, new = Phone(telecaller), Phone(telecaller)

    assert old.sync().status_code == 401
    assert new.sync().status_code == 200
    assert Device.objects.filter(revoked_at=None).count() == 1


def test_a_telecaller_revokes_their_own_phone_and_no_other(client_of, telecaller, colleague, scope):
    phone = Phone(telecaller)
    address = reverse("dialer:own_device_revocation", args=[phone.device.pk])

    assert client_of(colleague).post(address).status_code == 404
    assert client_of(telecaller).post(address).status_code == 302

    assert phone.sync().status_code == 401
    verbs = AuditEntry.objects.filter(subject_id=phone.device.pk).order_by("at", "id").values_list("verb", flat=True)
    assert list(verbs) == ["device.paired", "device.revoked"]


def test_a_telecaller_does_not_open_the_page_of_all(client_of, telecaller):
    assert client_of(telecaller).get(ALL).status_code == 403


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_asks_the_same_queries_for_any_number_of_phones(
    client_of, manager, telecaller, scope, count, django_assert_max_num_queries
):
    for number in range(count):
        Phone(telecaller, hardware=f"hardware-{number}").sync()
    client = client_of(manager)

    with django_assert_max_num_queries(20):
        assert len(client.get(ALL).context["rows"]) == count


def test_health_says_what_stands_in_the_way(client_of, manager, telecaller, scope):
    phone = Phone(telecaller)
    phone.skew = dt.timedelta(hours=3)
    phone.sync(device={"battery_percent": 9, "may_read_call_log": False, "is_battery_saver_on": True})
    phone.sync(device={"battery_percent": 9, "may_read_call_log": False, "is_battery_saver_on": True})
    first = DeviceBatch.objects.order_by("received_at").first()
    DeviceBatch.objects.filter(pk=first.pk).update(received_at=timezone.now() - dt.timedelta(hours=30))
    page = client_of(manager).get(ALL).content.decode()

    for said in (
        "3 h 0 min slow",
        "at 9 %",
        "may not read the call log",
        "battery saver is on",
        "longest gap in 7 days 30 h",
    ):
        assert said in page
    Device.objects.update(synced_at=timezone.now() - dt.timedelta(days=2), reported={}, clock_skew=dt.timedelta(0))
    assert health_of(Device.objects.get()).faults == ["Silent for more than a day."]
    Device.objects.update(synced_at=timezone.now())
    assert health_of(Device.objects.get()).faults == []


def test_who_asks_for_a_second_code_loses_the_first(telecaller, scope):
    offer_pairing(telecaller)
    offer_pairing(telecaller)

    assert PairingCode.objects.count() == 1
