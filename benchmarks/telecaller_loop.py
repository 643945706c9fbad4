"""Telecallers at work through the web server: next lead, its page, the call, its events, the outcome, and the next lead.

The worker places the calls with a Twilio of our own that rings nobody: it posts at once what it would post in the course
of a call. First a few telecallers without a pause, then all of them, who talk and think for 45 seconds. Times are those
of their requests. The limit is the web floor of `lead_list` at as many clients as do not pause.
"""

import http.client
import itertools
import os
import queue
import re
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field, replace
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit
from uuid import uuid4

from django.utils import timezone
from twilio.request_validator import RequestValidator

from accounts.models import Membership
from accounts.tenancy import acting_for
from benchmarks import data
from benchmarks.databases import connect
from benchmarks.faulty_twilio import ACCOUNT, TOKEN
from benchmarks.measuring import Failed, Figures, Sample, figures, percentile, say
from benchmarks.web import cookie_of, get, hammer, server
from benchmarks.worker import Worker
from dialer.models import Call, Campaign, CampaignList, CampaignMember, Disposition, QueueEntry, TelephonyAccount
from jini.lib.ids import uuid7

# Telecallers who think; and how many of them work without a pause first.
SIZE, RESTLESS = 500, 8
SECONDS = float(os.environ.get("SECONDS") or 120)
THINKS = min(45.0, SECONDS)
LEADS_OF_EACH, PATIENCE_SECONDS = 40, 60
POLL, QUICK_POLL = 2.0, 0.1
# Twilio does not wait for one post to be answered before it sends the next.
TELLERS = 16
CSRF = "c" * 32
_CALL = re.compile(rb"/calls/([0-9a-f-]{36})/disposition/")
AGENT, CUSTOMER = ("initiated", "ringing", "in-progress"), ("initiated", "ringing", "in-progress", "completed")


class Bench:
    """One organisation whose telecallers all call one campaign."""

    def __init__(self, telecallers: int) -> None:
        self.organisation = data.found("At work")
        leads = telecallers * LEADS_OF_EACH
        with closing(connect()) as connection:
            ids = data.load_members(connection, self.organisation, telecallers)
            self.leads = data.load_leads(connection, self.organisation, leads, only_new=True)
            with acting_for(self.organisation):
                campaign = self._prepare(ids)
                only = CampaignList.objects.create(campaign=campaign, name="All")
            due = timezone.now()
            data.copy(
                connection,
                "dialer_queueentry",
                "id organisation_id lead_id campaign_id list_id rank due_at attempts finished_because",
                ((uuid7(), self.organisation.pk, lead, campaign.pk, only.pk, 4, due, 0, "") for lead in self.leads),
            )
            data.settle(connection, "leads_lead", "dialer_queueentry", "dialer_campaignmember")
        members = Membership.objects.filter(pk__in=ids).select_related("user")
        self.cookies = [cookie_of(member)["Cookie"] for member in members]

    def _prepare(self, ids: list[Any]) -> Campaign:
        TelephonyAccount.objects.update(is_active=False)
        credentials = {"account_sid": ACCOUNT, "auth_token": TOKEN}
        TelephonyAccount.objects.create(
            provider="twilio", credentials=credentials, caller_id="+918045550000", is_active=True
        )
        self.outcome = Disposition.objects.get(name="Not interested").pk
        campaign: Campaign = Campaign.objects.create(
            name="Loop", state=Campaign.State.RUNNING, opens_at="00:00", closes_at="23:59:59"
        )
        CampaignMember.objects.bulk_create(CampaignMember(campaign=campaign, member_id=pk) for pk in ids)
        return campaign

    def check(self, calls: int) -> None:
        """See that every call that was made came to its end, with its outcome, and no lead was in two hands."""
        with acting_for(self.organisation):
            made = Call.objects.filter(closed_at__isnull=False)
            leads, count = made.values("lead").distinct().count(), made.count()
            talked = made.filter(status="completed", disposition=self.outcome).count()
            twice = QueueEntry.objects.filter(attempts__gt=1).count()
        if not calls == count == leads == talked or twice:
            raise Failed(
                f"{calls} outcomes were saved: {count} calls of {leads} leads, {talked} as they were, {twice} twice"
            )


class Line:
    """A connection that stays open, and is made anew when the server has closed it for its long silence."""

    def __init__(self, address: str) -> None:
        place = urlsplit(address)
        self.connection = http.client.HTTPConnection(str(place.hostname), place.port, timeout=PATIENCE_SECONDS)

    def ask(
        self, method: str, path: str, body: str | None, headers: dict[str, str]
    ) -> tuple[http.client.HTTPResponse, bytes]:
        """Return the answer and what it says."""
        try:
            return self._ask(method, path, body, headers)
        except (BrokenPipeError, ConnectionResetError, http.client.RemoteDisconnected):
            # Closed before it was asked: browsers ask again too.
            self.connection.close()
            return self._ask(method, path, body, headers)

    def _ask(
        self, method: str, path: str, body: str | None, headers: dict[str, str]
    ) -> tuple[http.client.HTTPResponse, bytes]:
        self.connection.request(method, path, body=body, headers=headers)
        answer = self.connection.getresponse()
        return answer, answer.read()


@dataclass
class Telecaller:
    """Somebody with a browser. `times` are those of the requests, in seconds; `calls` those with an outcome."""

    host: str
    cookie: str
    outcome: Any
    thinks: float
    times: list[float] = field(default_factory=list)
    calls: int = 0
    lead: str = ""

    def __post_init__(self) -> None:
        self.line = Line(self.host)
        self.headers = {"Cookie": f"{self.cookie}; csrftoken={CSRF}", "X-CSRFToken": CSRF}

    def work(self, until: float) -> None:
        """Call one lead after the other; raise `Failed` at an answer that is no success."""
        self.lead = self._post("/queue/next/")
        while time.perf_counter() < until:
            if "/leads/" not in self.lead:
                raise Failed(f"there was no lead but {self.lead}")
            self._get(self.lead)
            self._post(f"{self.lead}call/")
            self._get(self.lead)
            call = self._until_over()
            time.sleep(self.thinks)
            self.lead = self._post(f"/calls/{call}/disposition/", outcome=self.outcome)
            self.calls += 1

    def _until_over(self) -> str:
        """Ask for the panel, as the page does, until it asks for the outcome."""
        ends = time.perf_counter() + PATIENCE_SECONDS
        while time.perf_counter() < ends:
            if found := _CALL.search(self._get(f"{self.lead}call-panel/")):
                return found[1].decode()
            time.sleep(POLL if self.thinks else QUICK_POLL)
        raise Failed("a call did not end")

    def _get(self, path: str) -> bytes:
        return self._ask("GET", path, None)[1]

    def _post(self, path: str, **form: Any) -> str:
        location, _ = self._ask("POST", path, urlencode(form))
        return urlsplit(location).path

    def _ask(self, method: str, path: str, body: str | None) -> tuple[str, bytes]:
        sent = time.perf_counter()
        more = {"Content-Type": "application/x-www-form-urlencoded"} if body is not None else {}
        answer, text = self.line.ask(method, path, body, self.headers | more)
        self.times.append(time.perf_counter() - sent)
        if answer.status >= 400:
            raise Failed(f"{method} {path} was answered with {answer.status}")
        return answer.headers.get("Location", ""), text


class Exchange(ThreadingHTTPServer):
    """A Twilio that takes every call and tells at once how it went: the customer talks for half a minute."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Taking)
        self.news: queue.SimpleQueue[tuple[str, str, str, int | None] | None] = queue.SimpleQueue()
        self.agents: dict[str, tuple[str, str]] = {}

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def take(self, path: str, form: dict[str, str]) -> dict[str, str]:
        """Take a call and tell of it; return what Twilio answers."""
        url, sid = form["StatusCallback"], f"CA{uuid4().hex}"
        conference = re.search(r"/Conferences/([\w-]+)/", path)
        if conference is None:
            self.agents[url.split("/")[-4]] = (url, sid)
            for status in AGENT:
                self.news.put((url, sid, status, None))
            return {"sid": sid, "status": "queued"}
        for status in CUSTOMER:
            self.news.put((url, sid, status, 30 if status == "completed" else None))
        self.news.put((*self.agents.pop(conference[1]), "completed", None))
        return {"call_sid": sid, "status": "queued"}

    def tell(self, address: str) -> None:
        """Post what there is to tell to the product at `address`, until None is."""
        signer, line = RequestValidator(TOKEN), Line(address)
        while (told := self.news.get()) is not None:
            url, sid, status, duration = told
            form = {"CallSid": sid, "CallStatus": status, "Timestamp": format_datetime(timezone.now())}
            form |= {} if duration is None else {"CallDuration": str(duration)}
            headers = {
                "Content-Type": "application/x-www-form-urlencoded",
                "X-Twilio-Signature": signer.compute_signature(url, form),
            }
            line.ask("POST", urlsplit(url).path, urlencode(form), headers)


class _Taking(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        exchange: Any = self.server
        self._say(201, exchange.take(self.path, dict(parse_qsl(body))))

    def do_GET(self) -> None:
        self._say(503, {})

    def _say(self, status: int, answer: dict[str, str]) -> None:
        text = repr(answer).replace("'", '"').encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_: object) -> None:
        """Say nothing: standard error is for people."""


@contextmanager
def exchange() -> Iterator[Exchange]:
    """Yield a Twilio that listens."""
    with Exchange() as found:
        threading.Thread(target=found.serve_forever, daemon=True).start()
        try:
            yield found
        finally:
            found.shutdown()


def at_work(people: list[Telecaller], seconds: float) -> Sample:
    """Let all of `people` work for so long, begun over as long as they think; raise what went wrong for one of them."""
    faults: list[Exception] = []
    began = time.perf_counter()

    def work(number: int, person: Telecaller) -> None:
        time.sleep(person.thinks * number / len(people))
        try:
            person.work(began + seconds)
        except (Failed, OSError, http.client.HTTPException) as error:
            faults.append(error)

    threads = [threading.Thread(target=work, args=each) for each in enumerate(people)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if faults:
        raise Failed(f"{len(faults)} of {len(people)} could not go on: {faults[0]!r}")
    times = [took for person in people for took in person.times]
    return Sample(len(times), time.perf_counter() - began, times)


def run(telecallers: int) -> Figures:
    bench = Bench(telecallers)
    few = bench.cookies[: min(RESTLESS, telecallers)]
    with ExitStack() as stack:
        twilio = stack.enter_context(exchange())
        stack.enter_context(Worker(TWILIO_BASE_URL=twilio.url))
        address, floor = stack.enter_context(server()), stack.enter_context(server("benchmarks.floor_settings"))
        for _ in range(TELLERS):
            teller = threading.Thread(target=twilio.tell, args=(address,))
            teller.start()
            stack.callback(teller.join)
        # Before they are waited for: the server is there as long as there is something to tell it.
        for _ in range(TELLERS):
            stack.callback(twilio.news.put, None)
        restless = [Telecaller(address, cookie, bench.outcome, 0.0) for cookie in few]
        product = at_work(restless, min(SECONDS, 30.0))
        asks = itertools.repeat(get("/leads/", {"Cookie": few[0]}))
        limit = hammer(floor, lambda _: iter(asks), clients=len(few), seconds=min(SECONDS, 10.0))
        # Who has a lead in hand goes on with it.
        people = [Telecaller(address, cookie, bench.outcome, THINKS) for cookie in bench.cookies]
        thinking = at_work(people, SECONDS)
    calls = sum(person.calls for person in [*restless, *people])
    bench.check(calls)
    found = figures(telecallers, "requests/s", [product], [limit], limit_unit="floor pages/s")
    slow = figures(telecallers, "requests/s", [thinking], [limit], limit_unit="floor pages/s")
    say(
        f"{calls} calls; thinking: p95 {percentile(thinking.times, 95) * 1000:.0f} ms of {len(thinking.times)} requests"
    )
    return replace(
        found,
        cases={"thinking": slow},
        more={"calls": calls, "calls_restless": sum(person.calls for person in restless), "errors": 0},
        goals={f"p95 <= 300 ms at {telecallers} who think": slow.p95_ms <= 300},
    )
