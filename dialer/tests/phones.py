"""A paired phone that sends its call log, for tests."""

import datetime as dt
from typing import Any

from django.http import HttpResponse
from django.utils import timezone

from accounts.models import Membership
from accounts.tenancy import acting_for
from accounts.tests.api import Program
from dialer.actions.devices import offer_pairing, pair
from jini.lib.ids import uuid7


class Phone(Program):
    """The phone of `member`; `skew` is how far its clock is behind ours."""

    def __init__(self, member: Membership, *, hardware: str = "hardware-1", install: str = "install-1") -> None:
        self.install, self.skew = install, dt.timedelta(0)
        with acting_for(member.organisation):
            code, _ = offer_pairing(member)
            self.device, token = pair(code, name="Redmi 12", hardware_id=hardware, app_version="1.0")
        super().__init__(token)

    def row(self, number: str, log_id: object = "1", *, ago: int = 600, **fields: Any) -> dict[str, Any]:
        """A row of the log, by its own clock: outgoing, `ago` seconds before now, with a minute of talk."""
        started_at = (timezone.now() - dt.timedelta(seconds=ago) - self.skew).isoformat()
        row = {"id": log_id, "number": number, "direction": "outgoing", "started_at": started_at, "duration": 60}
        return row | fields

    def sync(self, *rows: Any, key: str = "", **fields: Any) -> HttpResponse:
        body = {
            "sent_at": (timezone.now() - self.skew).isoformat(),
            "install_id": self.install,
            "app_version": "1.0",
            "calls": rows,
        }
        return self.post("device-calls/", body | fields, **{"Idempotency-Key": key or str(uuid7())})

    def verdicts(self, *rows: Any) -> list[str]:
        return [result["verdict"] for result in self.sync(*rows).json()["results"]]
