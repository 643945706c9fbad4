"""Many clients at once: each asks again as soon as it was answered, and a few threads serve them in their order.

That is how a web server works: 200 people press a button, and as many requests as it has threads are under way.
"""

import contextlib
import multiprocessing
import queue
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.db import connections

from benchmarks.measuring import Failed, Sample, own_peak_rss_mib

# Serves one request and returns what came of it; None: there is nothing left to do.
Serve = Callable[[], Any]
# Makes a `Serve` in the thread that will call it, for the thread's number: 0 to one less than the threads of all.
Prepare = Callable[[int], Serve]

# Forked, the processes share what `prepare` refers to.
_fork = multiprocessing.get_context("fork")
READY_SECONDS = 60


@dataclass
class Answers:
    """What the clients were answered: what came of each request, and at which second of the round."""

    sample: Sample
    results: list[Any] = field(default_factory=list)
    moments: list[float] = field(default_factory=list)


def press(
    prepare: Prepare, *, clients: int, threads: int, processes: int = 2, seconds: float = 3.0, most: int | None = None
) -> Answers:
    """Let `clients` press for `seconds`, served by `threads` in all of `processes`, each at most `most` times or so.

    A client's time is that from pressing to the answer, waiting included. Raises `Failed` with what went wrong in one.
    """
    processes = min(processes, clients, threads)
    connections.close_all()
    start = _fork.Barrier(processes + 1)
    pipes = []
    for number in range(processes):
        ours, theirs = _fork.Pipe(duplex=False)
        server = _Server(
            prepare=prepare,
            clients=_share(clients, number, processes),
            numbers=range(number, min(threads, clients), processes),
            seconds=seconds,
            most=most,
        )
        _fork.Process(target=server.report, args=(theirs, start), daemon=True).start()
        theirs.close()
        pipes.append(ours)
    # When it breaks, one of them reports why.
    with contextlib.suppress(threading.BrokenBarrierError):
        start.wait(READY_SECONDS)
    began = time.monotonic()
    reports = [pipe.recv() for pipe in pipes]
    for report in reports:
        if isinstance(report, str):
            raise Failed(report)
    answers = [answer for report in reports for answer in report[0]]
    end = max((moment for moment, _, _ in answers), default=began)
    sample = Sample(len(answers), end - began, [took for _, took, _ in answers], max(peak for _, peak in reports))
    return Answers(sample, [result for _, _, result in answers], [moment - began for moment, _, _ in answers])


def _share(count: int, number: int, of: int) -> int:
    return count // of + (number < count % of)


@dataclass
class _Server:
    """One process: its clients, and the threads, by `numbers`, that serve them."""

    prepare: Prepare
    clients: int
    numbers: range
    seconds: float
    most: int | None

    def report(self, pipe: Any, start: Any) -> None:
        """Serve, and send ([(moment, seconds it took, what came of it)], peak memory in MiB), or what went wrong."""
        self.pressed: queue.SimpleQueue[float] = queue.SimpleQueue()
        self.ready = threading.Barrier(len(self.numbers) + 1)
        self.answers: list[tuple[float, float, Any]] = []
        self.errors: list[BaseException] = []
        self.is_over = threading.Event()
        threads = [threading.Thread(target=self._thread, args=(number,)) for number in self.numbers]
        for thread in threads:
            thread.start()
        try:
            self.ready.wait(READY_SECONDS)
            start.wait(READY_SECONDS)
            self._open()
        except threading.BrokenBarrierError as error:
            start.abort()
            self.errors.append(error)
        self.is_over.set()
        for _ in threads:
            self.pressed.put(0.0)
        for thread in threads:
            thread.join()
        pipe.send(repr(self.errors[0]) if self.errors else (self.answers, own_peak_rss_mib()))

    def _open(self) -> None:
        """Let the clients press; return when the time is over, nothing is left to do, or `most` was done."""
        end = time.monotonic() + self.seconds
        for _ in range(self.clients):
            self.pressed.put(time.monotonic())
        while (left := end - time.monotonic()) > 0 and not self.is_over.wait(min(left, 0.02)):
            if self.most is not None and len(self.answers) >= self.most:
                return

    def _thread(self, number: int) -> None:
        try:
            serve = self.prepare(number)
            self.ready.wait(READY_SECONDS)
            while (since := self.pressed.get()) and not self.is_over.is_set():
                result = serve()
                if result is None:
                    break
                now = time.monotonic()
                self.answers.append((now, now - since, result))
                self.pressed.put(now)
        except BaseException as error:  # noqa: BLE001 -- carried to the parent
            self.errors.append(error)
            self.ready.abort()
        finally:
            self.is_over.set()
            connections.close_all()
