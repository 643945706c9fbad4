"""Whose own phones a manager sees and revokes."""

import pytest
from django.urls import reverse

from dialer.tests.phones import Phone
from jini.tests.sights import SEES


@pytest.mark.parametrize("who", ["head", "west", "none", "admin"])
def test_a_manager_sees_and_revokes_the_phones_of_their_people(client_of, world, who):
    phones = {name: Phone(world.people[name], hardware=f"hardware-{name}") for name in ("asha", "bilal", "ela")}
    client = client_of(world.people[who])

    shown = {device.pk for device, _ in client.get(reverse("dialer:devices")).context["rows"]}

    assert {name for name, phone in phones.items() if phone.device.pk in shown} == SEES[who] - {"nobody"}
    for name, phone in phones.items():
        answer = client.post(reverse("dialer:device_revocation", args=[phone.device.pk]))
        assert answer.status_code == (302 if name in SEES[who] else 404)
