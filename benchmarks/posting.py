"""Posts to a web server at the least cost to the machine it runs on: whole requests made before, one thread, epoll."""

import selectors
import socket
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from urllib.parse import urlsplit

from benchmarks.measuring import Failed, Sample

NO_CONTENT = b"204"
LONGEST_ANSWER, SILENCE_SECONDS = 4096, 60


def request_of(path: str, body: bytes, headers: Mapping[str, str]) -> bytes:
    """Return a whole POST, as it goes over a connection that stays open."""
    lines = [f"POST {path} HTTP/1.1", "Host: 127.0.0.1", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


def pour(address: str, requests: Sequence[bytes], *, clients: int) -> Sample:
    """Post all `requests` in their order, `clients` at a time, each over a connection of its own.

    Raises `Failed` at an answer that is not 204, or when none comes for a minute.
    """
    left = iter(requests)
    host = urlsplit(address)
    times: list[float] = []
    began = time.perf_counter()
    with selectors.DefaultSelector() as selector:
        for _, first in zip(range(clients), left, strict=False):
            client = socket.create_connection((str(host.hostname), int(host.port or 80)), timeout=SILENCE_SECONDS)
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            selector.register(client, selectors.EVENT_READ, [time.perf_counter()])
            client.sendall(first)
        while selector.get_map():
            times.extend(_answers(selector, left))
    return Sample(len(times), time.perf_counter() - began, times)


def _answers(selector: selectors.BaseSelector, left: Iterator[bytes]) -> Iterable[float]:
    """Read the answers that are there, send each client's next request, and yield how long each answer took."""
    ready = selector.select(SILENCE_SECONDS)
    if not ready:
        raise Failed("the server is silent")
    for key, _ in ready:
        client: socket.socket = key.fileobj  # type: ignore[assignment]
        answer = client.recv(LONGEST_ANSWER)
        now = time.perf_counter()
        if answer[9:12] != NO_CONTENT or not answer.endswith(b"\r\n\r\n"):
            raise Failed(f"the server answered {answer[:200]!r}")
        yield now - key.data[0]
        following = next(left, None)
        if following is None:
            selector.unregister(client)
            client.close()
        else:
            key.data[0] = time.perf_counter()
            client.sendall(following)
