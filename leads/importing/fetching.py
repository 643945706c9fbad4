"""Asking an address for a list, without letting it lead into our own network.

The name is looked up once, every address that it has must be public, and the connection goes to the one that was
looked at, whatever the name says a moment later. A redirect is looked at in the same way.
"""

import hashlib
import http.client
import ipaddress
import socket
import ssl
import tempfile
import time
from base64 import b64encode
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import IO, Any, Self
from urllib.parse import SplitResult, unquote, urljoin, urlsplit

from django.conf import settings

from leads.importing.reader import Refused

CONNECT_SECONDS, MOST_SECONDS = 10, 60
MOST_REDIRECTS = 3
PIECE = 64 * 1024
MEGABYTE = 1024 * 1024
_REDIRECTS = {301, 302, 303, 307, 308}
NOT_MODIFIED, OK = 304, 200
_NETWORKS_WITH_OTHERS_INSIDE = [ipaddress.ip_network("64:ff9b::/96"), ipaddress.ip_network("64:ff9b:1::/48")]


@dataclass
class Fetched:
    """A list as it came: `file` at its beginning, or None when nothing is new."""

    file: IO[bytes] | None
    size: int = 0
    etag: str = ""
    content_hash: str = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.file is not None:
            self.file.close()


def check(url: str) -> SplitResult:
    """Return the parts of `url`; raise `Refused` when it is no https address."""
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 -- raises for one that is no number
    except ValueError as error:
        raise Refused("unreachable") from error
    if parts.scheme != "https" and not (settings.IMPORT_FROM_THIS_MACHINE and parts.scheme == "http"):
        raise Refused("insecure")
    if not parts.hostname:
        raise Refused("unreachable")
    return parts


def fetch(url: str, *, etag: str = "", content_hash: str = "") -> Fetched:
    """Return what stands at `url`, unless it is what it was by `etag` or `content_hash`; raise `Refused`."""
    until = time.monotonic() + MOST_SECONDS
    parts = check(url)
    credentials = _credentials(parts)
    try:
        for _ in range(MOST_REDIRECTS + 1):
            with _Connection(parts, until) as connection:
                answer = connection.get(etag=etag, credentials=credentials)
                if answer.status not in _REDIRECTS:
                    return _taken(answer, until, content_hash)
                there = check(urljoin(parts.geturl(), answer.headers.get("Location", "")))
            if (there.hostname, there.port) != (parts.hostname, parts.port):
                # A secret is for the one it was given to.
                credentials = ""
            parts = there
    except TimeoutError as error:
        raise Refused("slow") from error
    except (OSError, http.client.HTTPException, ValueError) as error:
        # Also an address that cannot be written into a request.
        raise Refused("unreachable") from error
    raise Refused("redirects")


def _credentials(parts: SplitResult) -> str:
    if parts.username is None:
        return ""
    pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
    return f"Basic {b64encode(pair.encode()).decode()}"


def _taken(answer: http.client.HTTPResponse, until: float, content_hash: str) -> Fetched:
    if answer.status == NOT_MODIFIED:
        return Fetched(None)
    if answer.status != OK:
        raise Refused("status", status=answer.status)
    with ExitStack() as unless_kept:
        file = unless_kept.enter_context(tempfile.TemporaryFile())
        digest = hashlib.sha256()
        size = 0
        for piece in _pieces(answer, until):
            size += len(piece)
            digest.update(piece)
            file.write(piece)
        if answer.headers.get("Content-Length", str(size)) != str(size):
            # Half a list is none.
            raise Refused("unreachable")
        if digest.hexdigest() == content_hash:
            return Fetched(None)
        file.seek(0)
        unless_kept.pop_all()
    return Fetched(file, size, answer.headers.get("ETag", "")[:200], digest.hexdigest())


def _pieces(answer: http.client.HTTPResponse, until: float) -> Iterator[bytes]:
    """Yield what comes, as long as there is time and it is not too much."""
    size = 0
    while piece := answer.read1(PIECE):
        size += len(piece)
        if time.monotonic() > until:
            raise Refused("slow")
        if size > settings.IMPORT_MAX_BYTES:
            most = settings.IMPORT_MAX_BYTES // MEGABYTE
            raise Refused("too_large", size=f"{most}+", most=most)
        yield piece


class _Connection:
    """One request to the host of `parts`, at an address that was found to be public."""

    def __init__(self, parts: SplitResult, until: float) -> None:
        self.parts, self.until = parts, until
        self.answer: http.client.HTTPResponse | None = None
        self.host = parts.hostname or ""
        self.port = parts.port or (443 if parts.scheme == "https" else 80)

    def __enter__(self) -> Self:
        with ExitStack() as unless_kept:
            address = _public_address(self.host, self.port)
            made = unless_kept.enter_context(socket.create_connection((address, self.port), CONNECT_SECONDS))
            if self.parts.scheme == "https":
                made = ssl.create_default_context().wrap_socket(made, server_hostname=self.host)
                unless_kept.enter_context(made)
            made.settimeout(max(0.1, min(CONNECT_SECONDS, self.until - time.monotonic())))
            self.http = http.client.HTTPConnection(self.host, self.port)
            self.http.sock = made
            unless_kept.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        if self.answer is not None:
            self.answer.close()
        self.http.close()

    def get(self, *, etag: str, credentials: str) -> http.client.HTTPResponse:
        path = self.parts.path or "/"
        headers: dict[str, Any] = {"User-Agent": "JiNi", "Accept-Encoding": "identity", "Connection": "close"}
        if etag:
            headers["If-None-Match"] = etag
        if credentials:
            headers["Authorization"] = credentials
        named = f"[{self.host}]" if ":" in self.host else self.host
        headers["Host"] = named if self.parts.port is None else f"{named}:{self.port}"
        self.http.request("GET", f"{path}?{self.parts.query}" if self.parts.query else path, headers=headers)
        self.answer = self.http.getresponse()
        return self.answer


def _public_address(host: str, port: int) -> str:
    """Return an address of `host`; raise `Refused` when one of them is not public."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Refused("unreachable") from error
    addresses = [str(sockaddr[0]) for *_, sockaddr in found]
    if not addresses or not all(is_public(address) for address in addresses):
        raise Refused("private")
    return addresses[0]


def is_public(address: str) -> bool:
    """Whether the Internet knows `address`, also of the one that stands inside another."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if settings.IMPORT_FROM_THIS_MACHINE and ip.is_loopback:
        return True
    if isinstance(ip, ipaddress.IPv6Address):
        inside = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if inside is not None:
            return is_public(str(inside))
        if any(ip in network for network in _NETWORKS_WITH_OTHERS_INSIDE):
            return False
    return ip.is_global and not ip.is_multicast
