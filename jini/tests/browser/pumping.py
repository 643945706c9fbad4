"""A worker for browser tests: does in a thread what is due, as Celery's workers do, while the browser waits."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

from accounts.tasks import run_due


@contextmanager
def worker(*queues: str) -> Iterator[None]:
    """Work on `queues` until the block ends."""
    stopped = threading.Event()
    faults: list[BaseException] = []

    def work() -> None:
        try:
            while not stopped.is_set():
                for queue in queues:
                    run_due(queue)
                stopped.wait(0.1)
        except BaseException as fault:  # noqa: BLE001 -- shown by the test that waits
            faults.append(fault)
        finally:
            connection.close()

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stopped.set()
        thread.join(timeout=20)
    assert not thread.is_alive()
    assert faults == []
