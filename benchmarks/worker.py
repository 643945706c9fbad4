"""A worker as `make run` starts it, which can be killed and started again."""

import os
import signal
import subprocess
import tempfile
from pathlib import Path
from typing import Self

from jini.local.run import worker_command
from jini.local.services import CHECKOUT

END_SECONDS = 60


class Worker:
    """A Celery worker for all queues, with the beat that sweeps; it runs for the block of `with`.

    `environment` is what it has beside ours.
    """

    def __init__(self, **environment: str) -> None:
        self.environment = os.environ | environment

    def __enter__(self) -> Self:
        self.folder = tempfile.TemporaryDirectory(prefix="jini-worker-")
        self._start()
        return self

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        self.process.wait(END_SECONDS)
        self.folder.cleanup()

    def kill(self) -> None:
        """Kill the worker with its children, as a machine that dies does, and start another one in its place."""
        # It leads a group of its own, in which nobody else is.
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(END_SECONDS)
        self._start()

    def _start(self) -> None:
        self.process = subprocess.Popen(
            worker_command(Path(self.folder.name) / "beat"),
            cwd=CHECKOUT,
            env=self.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
