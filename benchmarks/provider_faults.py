"""Dials through a Twilio that fails in every way: nobody is rung twice by it, and no call stays open for long.

The product's own tasks place the calls, hear the posts through its webhook and ask again; only time is ours, so that
ten minutes of a call take no ten minutes. The limit is a tenth of the dials with a provider that never fails.
"""

import datetime as dt
import logging
import time
from collections import Counter, deque
from contextlib import closing
from dataclasses import replace

import responses
import time_machine
from celery import current_app
from django.db.models import Count, Q
from django.utils import timezone

from accounts import work
from accounts.models import DueTask
from accounts.tenancy import acting_for
from benchmarks import data
from benchmarks.databases import connect
from benchmarks.faulty_twilio import ACCOUNT, TOKEN, FaultyTwilio
from benchmarks.measuring import Failed, Figures, Sample, figures, own_peak_rss_mib, say
from dialer.actions.calling import UNTIL_ASKED
from dialer.models import Call, TelephonyAccount
from dialer.providers.port import ProviderUnavailable
from jini.lib.ids import uuid7

SIZE = 100_000
START = dt.datetime(2026, 11, 24, 6, 30, tzinfo=dt.UTC)
TICK = dt.timedelta(seconds=1)
# Calls that begin in a second; and how long after the last word of the provider a call may be open.
BEGINNING, LONGEST = 20, dt.timedelta(minutes=10)
_GIVE_PHONES = """
UPDATE accounts_membership m SET phone = u.phone FROM unnest(%s::uuid[], %s::text[]) AS u (id, phone) WHERE m.id = u.id
"""
# After the end of a call something may still be told of it for so long (`LONGEST_DELAY` of a post), and be asked.
REMEMBERED = dt.timedelta(minutes=20)
CHECK_EVERY, GIVE_UP = 30, dt.timedelta(hours=2)


class Dials:
    """An organisation with a telecaller and a lead for each of its calls, and the provider that rings them."""

    def __init__(self, calls: int, *, is_faulty: bool) -> None:
        self.count = calls
        self.provider = FaultyTwilio(data.SEED, is_faulty=is_faulty)
        self.organisation = data.found("Dials")
        with closing(connect()) as connection:
            self.members = data.load_members(connection, self.organisation, calls)
            self.leads = data.load_leads(connection, self.organisation, calls, only_new=True)
            phones = [data.phone(50_000_000 + number) for number in range(calls)]
            with connection.cursor() as cursor:
                cursor.execute(_GIVE_PHONES, [list(map(str, self.members)), phones])
            data.settle(connection, "leads_lead", "accounts_membership")
        with acting_for(self.organisation):
            TelephonyAccount.objects.update(is_active=False)
            TelephonyAccount.objects.create(
                provider="twilio",
                credentials={"account_sid": ACCOUNT, "auth_token": TOKEN},
                caller_id="+918045550000",
                is_active=True,
            )
        self.begun = 0
        # Calls that were open when they were last looked at; and when others were first seen to be over.
        self.open: set[str] = set()
        self.over: deque[tuple[dt.datetime, list[str]]] = deque()
        self.longest_silence = dt.timedelta(0)
        self.faults: Counter[str] = Counter()

    def run(self) -> Sample:
        """Let everything happen, second by second of the calls' time; raise `Failed` when a rule is broken."""
        began, times = time.perf_counter(), []
        with (
            time_machine.travel(START, tick=False) as clock,
            responses.RequestsMock(assert_all_requests_are_fired=False) as mock,
        ):
            self.provider.answer_on(mock)
            for second in range(int(GIVE_UP.total_seconds()) + self.count // BEGINNING):
                clock.move_to(START + second * TICK)
                ticked = time.perf_counter()
                self._begin()
                self.provider.deliver()
                if done := self._work():
                    times.append((time.perf_counter() - ticked) / done)
                if second % CHECK_EVERY == 0:
                    mock.calls.reset()
                    _forget_nudges()
                    if self._check() == 0 and self.begun == self.count and not self.provider.posts:
                        break
            self._check_end()
        return Sample(self.count, time.perf_counter() - began, times, own_peak_rss_mib())

    def _begin(self) -> None:
        """Write the intents of some calls, as the press of a button does."""
        first = self.begun
        now = timezone.now()
        new = [
            Call(id=uuid7(), lead_id=lead, telecaller_id=member, mode=Call.Mode.BRIDGE, provider="twilio",
                 phone=data.phone(number), caller_id="+918045550000", started_at=now)
            for number, (lead, member) in enumerate(
                zip(self.leads[first : first + BEGINNING], self.members[first : first + BEGINNING], strict=True), first
            )
        ]  # fmt: skip
        with acting_for(self.organisation):
            Call.objects.bulk_create(new)
            for call in new:
                work.schedule("dialer.place_call", call.pk)
                work.schedule("dialer.reconcile_call", call.pk, due_at=now + UNTIL_ASKED)
        self.begun += len(new)
        self.open |= {str(call.pk) for call in new}

    def _work(self) -> int:
        """Do what is due; return how many tasks that were. What fails was put off by the product itself."""
        done = 0
        while (claimed := work.claim("telephony")) is not None:
            try:
                done += work.run(claimed)
            except ProviderUnavailable:
                self.faults["put off"] += 1
                done += 1
        return done

    def _check(self) -> int:
        """Hold every open call against the clock, and forget those that are long over; return how many are open."""
        with acting_for(self.organisation):
            live = list(Call.objects.filter(ended_at=None).values_list("pk", "started_at"))
        now = timezone.now()
        for pk, started_at in live:
            silence = now - max(started_at, self.provider.last_word.get(str(pk), started_at))
            self.longest_silence = max(self.longest_silence, silence)
            if silence > LONGEST + 2 * TICK:
                raise Failed(f"call {pk} is open {silence} after the provider's last word")
        self._forget(now, {str(pk) for pk, _started_at in live})
        return len(live)

    def _forget(self, now: dt.datetime, live: set[str]) -> None:
        if gone := self.open - live:
            self.over.append((now, sorted(gone)))
        self.open = live
        while self.over and self.over[0][0] < now - REMEMBERED:
            self.provider.forget(self.over.popleft()[1])

    def _check_end(self) -> None:
        if twice := self.provider.twice:
            raise Failed(f"{len(twice)} were rung twice, such as {twice[:3]}")
        with acting_for(self.organisation):
            ends = Call.objects.order_by().values_list("status", "failure")
            counted = list(ends.annotate(calls=Count("pk"), open=Count("pk", filter=Q(ended_at=None))))
        if sum(row[2] for row in counted) != self.count or any(row[3] for row in counted):
            raise Failed("not every call has come to an end")
        if DueTask.objects.filter(queue="telephony", organisation=self.organisation, last_error__gt="").exists():
            raise Failed("a task was left over with an error")
        self.ends: Counter[str] = Counter()
        for status, failure, calls, _open in counted:
            self.ends[failure or status] += calls


def _forget_nudges() -> None:
    """Nobody listens: this process does the work itself."""
    with current_app.connection_for_write() as connection:
        for queue in ("telephony", "default"):
            connection.default_channel.queue_purge(queue)


def run(calls: int) -> Figures:
    # Every dial says that it was one, and every fault that it was there.
    logging.getLogger("dialer").setLevel(logging.ERROR)
    quiet = Dials(max(calls // 10, 20), is_faulty=False)
    undisturbed = quiet.run()
    dials = Dials(calls, is_faulty=True)
    disturbed = dials.run()
    found = figures(calls, "calls/s", [disturbed], [undisturbed])
    say(f"rung {dials.provider.legs_rung}, posts {dials.provider.posted}, fates {dict(dials.provider.fates)}")
    say(f"ends {dict(dials.ends)}")
    more = {
        "rung_twice": 0,
        "open_over_ten_minutes": 0,
        "longest_silence_s": dials.longest_silence.total_seconds(),
        "legs_rung": dials.provider.legs_rung,
        "posts": dials.provider.posted,
        "lost": dials.ends["lost"],
    }
    return replace(found, goals={"nobody rung twice": True, "none open over ten minutes": True}, more=more)
