"""The client of docs/api.md, run as it stands there against a live server."""

import datetime as dt
import re
from pathlib import Path

import pytest
from django.utils import timezone

from accounts.tenancy import acting_for
from accounts.tests.factories import make_member, make_organisation
from dialer.actions.devices import offer_pairing
from dialer.models import Call, DeviceCall
from leads.tests.factories import make_lead

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "api.md"


@pytest.mark.django_db(transaction=True)
def test_the_client_of_the_document_hands_in_a_call_log(live_server):
    [source] = re.findall(r"```python\n(.*?)```", DOCUMENT.read_text(), re.DOTALL)
    written: dict = {}
    exec(source, written)
    organisation = make_organisation()
    telecaller = make_member(organisation)
    with acting_for(organisation):
        make_lead(phone="+919000012345", assigned_to=telecaller)
        code, _ = offer_pairing(telecaller)
    began = timezone.now() - dt.timedelta(hours=3)
    log = [
        {
            "id": str(number),
            "number": "+919000012345" if number % 2 else "+919820055555",
            "direction": "outgoing",
            "started_at": (began + dt.timedelta(seconds=20 * number)).isoformat(),
            "duration": number % 50,
        }
        for number in range(450)
    ]

    phone = written["Phone"](f"{live_server.url}/api/v1/", "install-1")
    assert phone.pair(code, "Redmi 12", "hardware-1") == telecaller.name
    results = phone.sync(log)

    assert {one["verdict"] for one in results} == {"accepted"}
    assert {one["verdict"] for one in phone.sync(log)} == {"duplicate"}
    with acting_for(organisation):
        assert (len(results), Call.objects.count(), DeviceCall.objects.count()) == (225, 225, 225)
