"""Run one command beside throw-away servers: benchmarks, `makemigrations --check`, tests by hand."""

import os
import signal
import subprocess
from collections.abc import Sequence

from jini.local.guard import PR_SET_PDEATHSIG, prctl
from jini.local.services import fresh_keys, throw_away_services


def run(command: Sequence[str], *, durable: bool) -> int:
    """Run `command` with DATABASE_URL, REDIS_URL and worthless secrets in its environment; return its exit code.

    What the environment has already is left as it is. `durable`: every commit reaches the disk, as in production.
    """
    services = throw_away_services(durable=durable)
    services.start()
    try:
        environment = fresh_keys() | dict(os.environ) | services.environment
        child = subprocess.Popen(command, env=environment, preexec_fn=_die_with_parent)  # noqa: PLW1509 -- one thread
        # The terminal sends Ctrl-C to the command too; it decides when it is done. A SIGTERM we pass on.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, lambda *_: child.terminate())
        code = child.wait()
    finally:
        services.stop()
    return code if code >= 0 else 128 - code


def _die_with_parent() -> None:
    prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
