"""A provider's signed posts through the web server, three copies of each and shuffled, until every call is final.

The limit is one INSERT … ON CONFLICT of the same event for each post, committed by itself, by as many clients.
"""

import datetime as dt
import random
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from urllib.parse import parse_qsl, urlencode

from django.utils import timezone
from psycopg2.extras import Json

from accounts.models import Organisation
from accounts.tenancy import acting_for
from benchmarks import data
from benchmarks.databases import connect
from benchmarks.measuring import Failed, Figures, Sample, figures, in_turns, say
from benchmarks.posting import pour, request_of
from benchmarks.web import server
from benchmarks.worker import Worker
from dialer.models import Call, CallEvent, TelephonyAccount
from dialer.providers.simulator import signature
from jini.lib.ids import uuid7

# Calls; each has eight events, each posted three times.
SIZE = 2_000
COPIES, CLIENTS = 3, 16
FINAL_SECONDS = 600
AGENT = (("initiated", 0), ("ringing", 1), ("in-progress", 3), ("completed", 40))
ANSWERED = (("initiated", 4), ("ringing", 5), ("in-progress", 9), ("completed", 39))
TALK = 30


class Bench:
    """Calls that were just placed, one of each telecaller, and what the provider will say of them."""

    def __init__(self, calls: int) -> None:
        self.organisation: Organisation = data.found("Called")
        self.began = timezone.now() - dt.timedelta(minutes=2)
        with closing(connect()) as connection:
            members = data.load_members(connection, self.organisation, calls)
            leads = data.load_leads(connection, self.organisation, calls, only_new=True)
            self.calls = [uuid7() for __ in range(calls)]
            data.copy(
                connection,
                "dialer_call",
                "id organisation_id lead_id telecaller_id direction mode provider phone caller_id status agent_status "
                "customer_status customer_leg agent_leg failure started_at note policy_version",
                (
                    (call, self.organisation.pk, lead, member, "outgoing", "bridge", "simulator", "+919000000001", "",
                     "queued", "queued", "queued", "", "", "", self.began, "", 1)
                    for call, lead, member in zip(self.calls, leads, members, strict=True)
                ),
            )  # fmt: skip
        with acting_for(self.organisation):
            account = TelephonyAccount.objects.get(provider=TelephonyAccount.Provider.SIMULATOR)
            self.secret = account.credentials["secret"]
        self.posts = [post for call in self.calls for post in self._posts(call)] * COPIES
        random.Random(data.SEED).shuffle(self.posts)

    def _posts(self, call: uuid.UUID) -> Iterator[tuple[str, bytes]]:
        for leg, script in (("agent", AGENT), ("customer", ANSWERED)):
            for number, (status, after) in enumerate(script):
                at = (self.began + dt.timedelta(seconds=after)).isoformat()
                form = {"status": status, "at": at, "leg_id": f"{leg[0]}-{call}", "sequence": str(number)}
                if leg == "customer" and status == "completed":
                    form["duration"] = str(TALK)
                yield f"/hooks/simulator/{self.organisation.pk}/{call}/{leg}/status/", urlencode(form).encode()

    def requests(self) -> list[bytes]:
        """Return the posts as they go over the line, signed now."""
        timestamp = str(int(time.time()))
        return [
            request_of(
                path,
                body,
                {
                    "Content-Type": "application/x-www-form-urlencoded",
                    "X-Jini-Timestamp": timestamp,
                    "X-Jini-Signature": signature(self.secret, timestamp, body),
                },
            )
            for path, body in self.posts
        ]

    def wait_until_final(self) -> float:
        """Wait for the worker; return how long it took after the last post."""
        began = time.perf_counter()
        while time.perf_counter() - began < FINAL_SECONDS:
            with acting_for(self.organisation):
                is_waiting = CallEvent.objects.filter(verdict=CallEvent.Verdict.WAITING).exists()
                if not is_waiting and not Call.objects.filter(ended_at=None).exists():
                    return time.perf_counter() - began
            time.sleep(0.2)
        raise Failed("some calls never came to an end")

    def check(self) -> None:
        """See that each event was kept once and counted thrice, and that each call came to what its events say."""
        with acting_for(self.organisation):
            events = CallEvent.objects.count()
            copies = sum(CallEvent.objects.values_list("copies", flat=True))
            talked = Call.objects.filter(status="completed", talk_seconds=TALK, ring_seconds=4).count()
        if (events, copies, talked) != (len(self.calls) * 8, len(self.posts), len(self.calls)):
            raise Failed(f"{events} events in {copies} copies, {talked} of {len(self.calls)} calls as they were")


def run(calls: int) -> Figures:
    finals: list[float] = []
    with Worker(), server() as address:

        def product() -> Sample:
            bench = Bench(calls)
            sample = pour(address, bench.requests(), clients=CLIENTS)
            finals.append(bench.wait_until_final())
            bench.check()
            return sample

        found = figures(calls, "events/s", *in_turns(product, lambda: bare(calls)))
    say(
        f"{found.value:.0f}/s of {found.limit:.0f} ({found.ratio:.2f}), p99 {found.p99_ms:.0f} ms, final {max(finals):.1f} s"
    )
    goals = {"ratio >= 0.3": found.ratio >= 0.3, "p99 <= 250 ms": found.p99_ms <= 250, "one effect per event": True}
    return replace(found, goals=goals, more={"final_after_s": max(finals)})


def bare(calls: int) -> Sample:
    """Insert the same events in the same order with nothing around them."""
    bench = Bench(calls)
    times: list[float] = []
    began = time.perf_counter()

    def client(number: int) -> None:
        with closing(connect()) as connection, connection.cursor() as cursor:
            for path, body in bench.posts[number::CLIENTS]:
                asked = time.perf_counter()
                cursor.execute(
                    "INSERT INTO dialer_callevent (id, organisation_id, provider, event_key, call_token, leg, payload, "
                    "received_at, copies, verdict) VALUES (%s, %s, 'simulator', encode(sha256(%s), 'hex'), %s, %s, %s, now(), 1, 'waiting') "
                    "ON CONFLICT (organisation_id, provider, event_key) DO UPDATE SET copies = dialer_callevent.copies + 1",
                    [str(uuid7()), str(bench.organisation.pk), body, path.split("/")[4], path.split("/")[5],
                     Json(_payload(body))],
                )  # fmt: skip
                times.append(time.perf_counter() - asked)

    threads = [threading.Thread(target=client, args=(number,)) for number in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return Sample(len(bench.posts), time.perf_counter() - began, times)


def _payload(body: bytes) -> dict[str, object]:
    """Return what the product keeps of a post, so that both sides write rows of one size."""
    said = dict(parse_qsl(body.decode()))
    known = {"status": said["status"], "at": said["at"], "provider_id": said["leg_id"]}
    return known | {"sequence": int(said["sequence"]), "duration": said.get("duration"), "raw": said}
