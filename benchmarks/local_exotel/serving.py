"""Letting the company answer on a port, and post what is due."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl

from benchmarks.local_exotel.company import NOTHING, LocalExotel


class _Taking(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        self._answer("POST", dict(parse_qsl(body)))

    def do_GET(self) -> None:
        server: Any = self.server
        if self.path.startswith("/recordings/"):
            self._give(server.exotel.sound(self.path, self.headers.get("Authorization", "")))
        else:
            self._answer("GET", {})

    def _give(self, sound: bytes | None) -> None:
        begin = int((self.headers.get("Range") or "bytes=0-").removeprefix("bytes=").removesuffix("-"))
        if sound is None or begin >= len(sound):
            self.send_response(404 if sound is None else 416)
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        self.send_response(206 if begin else 200)
        self.send_header("Content-Type", "audio/mpeg")
        self.send_header("Content-Length", str(len(sound) - begin))
        if begin:
            self.send_header("Content-Range", f"bytes {begin}-{len(sound) - 1}/{len(sound)}")
        self.end_headers()
        self.wfile.write(sound[begin:])

    def _answer(self, method: str, form: dict[str, str]) -> None:
        server: Any = self.server
        status, said = server.exotel.answer(method, self.path, form, self.headers.get("Authorization", ""))
        if status == NOTHING:
            self.close_connection = True
            return
        text = json.dumps(said).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_: object) -> None:
        """Say nothing: a number stands in the addresses."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, port: int, exotel: LocalExotel) -> None:
        super().__init__(("127.0.0.1", port), _Taking)
        self.exotel = exotel


@contextmanager
def serving(exotel: LocalExotel, port: int = 0) -> Iterator[str]:
    """Let `exotel` answer and post; yield its address. Port 0: whichever is free."""
    over = threading.Event()

    def deliver() -> None:
        while not over.wait(min(0.2, exotel.pace / 5)):
            exotel.deliver()

    with _Server(port, exotel) as server:
        threads = [threading.Thread(target=work, daemon=True) for work in (server.serve_forever, deliver)]
        for thread in threads:
            thread.start()
        try:
            exotel.address = f"http://127.0.0.1:{server.server_port}"
            yield exotel.address
        finally:
            over.set()
            server.shutdown()
            for thread in threads:
                thread.join()
