"""Call logs of own phones, in batches of 200 rows through the API of the web server, until every row is a call.

One row in twenty is known already and one in twenty is personal. The limit is COPY of the same batches into a staging
table and INSERT … ON CONFLICT of their new rows into what a call leaves behind: the row of the log, the call, and its
line on the timeline; by as many clients, one commit a batch. `limit_log_only` is the same for the row of the log alone.
"""

import datetime as dt
import http.client
import io
import json
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Any

from django.utils import timezone

from accounts.models import Membership, Organisation
from accounts.tenancy import acting_for
from benchmarks import data
from benchmarks.databases import connect
from benchmarks.measuring import Failed, Figures, Sample, figures, in_turns, say
from benchmarks.web import Ask, hammer, server
from dialer.actions.devices import offer_pairing, pair
from dialer.models import Call, DeviceCall
from jini.lib.ids import uuid7

SIZE = 24_000
ROWS, CLIENTS = 200, 4
# Fewer than a phone may send in a minute.
BATCHES_OF_PHONE = 40
TABLES = ("dialer_devicecall", "dialer_call", "leads_activity")


@dataclass(frozen=True)
class Sent:
    """One row of a log; `lead` is None of a personal one."""

    log_id: str
    phone: str
    lead: uuid.UUID | None
    started_at: dt.datetime


class Bench:
    """An organisation with `rows` leads and the phones of its telecallers, whose logs hold a call to each."""

    def __init__(self, rows: int) -> None:
        self.organisation: Organisation = data.found("Called from own phones")
        batches = max(rows // ROWS, 1)
        phones = max(CLIENTS, -(-batches // BATCHES_OF_PHONE))
        with closing(connect()) as connection:
            self.members = data.load_members(connection, self.organisation, phones)
            leads = data.load_leads(connection, self.organisation, rows, only_new=True)
            data.settle(connection, "leads_lead")
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT id, phone FROM leads_lead WHERE organisation_id = %s", [str(self.organisation.pk)]
                )
                numbers = {str(pk): phone for pk, phone in cursor.fetchall()}
        began = timezone.now() - dt.timedelta(days=20)
        made = [
            Sent(
                str(number),
                numbers[str(lead)],
                lead,
                (began + dt.timedelta(seconds=60 * number)).replace(microsecond=0),
            )
            for number, lead in enumerate(leads)
        ]
        self.batches = [self._batch(made[at : at + ROWS]) for at in range(0, len(made), ROWS)]
        self.tokens = [self._pair(member) for member in self.members]

    def _batch(self, rows: list[Sent]) -> list[Sent]:
        """Every twentieth row is the one before it again, and the one after that is of nobody's number."""
        mixed = list(rows)
        for at in range(19, len(rows) - 1, 20):
            mixed[at] = rows[at - 1]
            mixed[at + 1] = replace(rows[at + 1], phone="+919820055555", lead=None)
        return mixed

    def _pair(self, member: uuid.UUID) -> str:
        with acting_for(self.organisation):
            code, __ = offer_pairing(Membership.objects.get(pk=member))
            return pair(code, name="Phone", hardware_id=member.hex, app_version="1")[1]

    def asks(self, client: int) -> Iterator[Ask]:
        """Every batch of this client, each from the phone whose turn it is."""
        for number in range(client, len(self.batches), CLIENTS):
            yield self._post(number)

    def _post(self, number: int) -> Ask:
        rows = [
            {"id": row.log_id, "number": row.phone, "direction": "outgoing", "started_at": row.started_at.isoformat(), "duration": 40}
            for row in self.batches[number]
        ]  # fmt: skip
        token = self.tokens[number % len(self.tokens)]
        headers = {
            "Authorization": f"Bearer {token}",
            "Idempotency-Key": uuid7().hex,
            "Content-Type": "application/json",
        }

        def ask(connection: http.client.HTTPConnection) -> http.client.HTTPResponse:
            body = {"sent_at": timezone.now().isoformat(), "install_id": "install-1", "calls": rows}
            connection.request("POST", "/api/v1/device-calls/", json.dumps(body), headers)
            return connection.getresponse()

        return ask

    def new_rows(self) -> int:
        return sum(len({row.log_id for row in batch if row.lead}) for batch in self.batches)

    def check(self) -> None:
        """See that each row became one call, and that nothing of a personal one was kept."""
        with acting_for(self.organisation):
            kept, calls = DeviceCall.objects.count(), Call.objects.filter(talk_seconds=40).count()
            personal = DeviceCall.objects.filter(phone="+919820055555").count()
        if (kept, calls, personal) != (self.new_rows(), self.new_rows(), 0):
            raise Failed(f"{kept} rows, {calls} calls, {personal} personal, of {self.new_rows()} new ones")


def run(rows: int) -> Figures:
    with server() as address:

        def product() -> Sample:
            bench = Bench(rows)
            sample = hammer(address, bench.asks, clients=CLIENTS, seconds=3600)
            bench.check()
            return replace(sample, done=sum(map(len, bench.batches)))

        products, limits = in_turns(product, lambda: bare(rows, TABLES))
        log_only = sorted(bare(rows, TABLES[:1]).rate for __ in range(3))[1]
    found = figures(rows, "rows/s", products, limits)
    say(f"{found.value:.0f}/s of {found.limit:.0f} ({found.ratio:.2f}), p95 of a batch {found.p95_ms:.0f} ms")
    return replace(found, goals={"ratio >= 0.3": found.ratio >= 0.3}, more={"limit_log_only": log_only})


def bare(rows: int, tables: tuple[str, ...]) -> Sample:
    """Write the same batches with nothing around them."""
    bench = Bench(rows)
    times: list[float] = []
    began = time.perf_counter()

    def client(number: int) -> None:
        with closing(connect()) as connection, connection.cursor() as cursor:
            if len(tables) < len(TABLES):
                # The log alone refers to calls that are not there.
                cursor.execute("SET session_replication_role = replica")
            cursor.execute(_STAGING)
            connection.autocommit = False
            for at in range(number, len(bench.batches), CLIENTS):
                asked = time.perf_counter()
                member = bench.members[at % len(bench.members)]
                cursor.copy_expert("COPY staging FROM STDIN", io.StringIO("".join(map(_line, bench.batches[at]))))
                for table in reversed(tables):
                    cursor.execute(_INSERTS[table], {"organisation": str(bench.organisation.pk), "member": str(member)})
                connection.commit()
                times.append(time.perf_counter() - asked)

    threads = [threading.Thread(target=client, args=(number,)) for number in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return Sample(sum(map(len, bench.batches)), time.perf_counter() - began, times)


def _line(row: Sent) -> str:
    values: list[Any] = [
        uuid7(),
        uuid7(),
        uuid7(),
        row.lead or r"\N",
        row.log_id,
        row.phone,
        row.started_at.isoformat(),
    ]
    return "\t".join(map(str, values)) + "\n"


_STAGING = """
CREATE TEMP TABLE staging (
    id uuid, call_id uuid, line_id uuid, lead_id uuid, log_id text, phone text, started_at timestamptz
) ON COMMIT DELETE ROWS
"""
_NEW = "(SELECT DISTINCT ON (log_id) * FROM staging WHERE lead_id IS NOT NULL) s"
_INSERTS = {
    "dialer_devicecall": f"""
        INSERT INTO dialer_devicecall (id, organisation_id, telecaller_id, call_id, joined, install_id, log_id, phone,
            direction, logged_at, seconds, received_at)
        SELECT id, %(organisation)s, %(member)s, call_id, 'new', 'install-1', log_id, phone, 'outgoing', started_at, 40, now()
        FROM {_NEW} ON CONFLICT DO NOTHING""",
    "dialer_call": f"""
        INSERT INTO dialer_call (id, organisation_id, lead_id, telecaller_id, direction, mode, provider, phone, caller_id,
            status, agent_status, customer_status, customer_leg, agent_leg, failure, started_at, answered_at, ended_at,
            talk_seconds, closed_at, note, policy_version)
        SELECT call_id, %(organisation)s, lead_id, %(member)s, 'outgoing', 'own_phone', 'own_phone', phone, '',
            'completed', 'intent', 'intent', '', '', '', started_at, started_at, started_at + interval '40 s',
            40, started_at + interval '40 s', '', 0
        FROM {_NEW} ON CONFLICT DO NOTHING""",
    "leads_activity": f"""
        INSERT INTO leads_activity (id, organisation_id, lead_id, kind, at, actor_id, text, details)
        SELECT line_id, %(organisation)s, lead_id, 'call', started_at, %(member)s, '', jsonb_build_object('call', call_id,
            'status', 'completed', 'direction', 'outgoing', 'talk_seconds', 40, 'ring_seconds', NULL, 'disposition', NULL)
        FROM {_NEW} ON CONFLICT DO NOTHING""",
}  # fmt: skip
