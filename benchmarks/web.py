"""A web server as `make run` starts it, and clients that keep their connections open."""

import http.client
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from urllib.parse import urlsplit

from django.conf import settings
from django.test import Client

from accounts.models import Membership
from benchmarks.measuring import Failed, Sample
from jini.local.run import WEB_PROCESSES, WEB_THREADS
from jini.local.services import CHECKOUT

READY_SECONDS = 90


@contextmanager
def server(settings_module: str = "jini.settings") -> Iterator[str]:
    """Yield the address of a web server on the database of this process."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port)]
    command += ["--workers", str(WEB_PROCESSES), "--no-ws", "--blocking-threads", str(WEB_THREADS)]
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": settings_module, "ALLOWED_HOSTS": "127.0.0.1"}
    child = subprocess.Popen(
        [*command, "jini.wsgi:application"], cwd=CHECKOUT, env=environment, stdout=subprocess.DEVNULL
    )
    try:
        _wait(port, child)
        yield f"http://127.0.0.1:{port}"
    finally:
        child.terminate()
        child.wait(timeout=30)


def _wait(port: int, child: "subprocess.Popen[bytes]") -> None:
    ends = time.monotonic() + READY_SECONDS
    while time.monotonic() < ends and child.poll() is None:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/livez")
            if connection.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.2)
    raise Failed("the web server did not come up")


def cookie_of(member: Membership) -> dict[str, str]:
    """Return the header by which the server knows `member`."""
    client = Client()
    client.force_login(member.user)
    name = settings.SESSION_COOKIE_NAME
    return {"Cookie": f"{name}={client.cookies[name].value}"}


Ask = Callable[[http.client.HTTPConnection], http.client.HTTPResponse]


def hammer(address: str, asks: Callable[[int], Iterator[Ask]], *, clients: int, seconds: float) -> Sample:
    """Let each of `clients` ask what `asks(number)` yields, one after the other, for `seconds` or to its end.

    Raises `Failed` at an answer that is no success.
    """
    times: list[float] = []
    faults: list[str] = []
    lock = threading.Lock()
    host = urlsplit(address)
    began = time.perf_counter()

    def client(number: int) -> None:
        connection = http.client.HTTPConnection(str(host.hostname), host.port, timeout=60)
        mine = []
        for ask in asks(number):
            sent = time.perf_counter()
            response = ask(connection)
            response.read()
            mine.append(time.perf_counter() - sent)
            if response.status >= 300:
                faults.append(f"{response.status}")
                break
            if time.perf_counter() - began > seconds:
                break
        with lock:
            times.extend(mine)

    threads = [threading.Thread(target=client, args=(number,)) for number in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if faults or not times:
        raise Failed(f"the server answered {faults or 'nothing'}")
    return Sample(len(times), time.perf_counter() - began, times)


def get(path: str, headers: Mapping[str, str]) -> Ask:
    """Return what asks for `path`."""

    def ask(connection: http.client.HTTPConnection) -> http.client.HTTPResponse:
        connection.request("GET", path, headers=dict(headers))
        return connection.getresponse()

    return ask
