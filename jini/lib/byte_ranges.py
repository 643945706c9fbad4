"""Giving out a file in parts, as players ask for it (RFC 9110, sections 13.1.5 and 14)."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any

from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase

PARTIAL, UNSATISFIABLE = 206, 416
# Large pieces: each costs the server a step of its own.
BLOCK = 256 * 1024
# Of bytes that others have sent: a browser runs nothing of them, and nobody keeps them.
INERT = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Cache-Control": "private, no-store",
}
_ONE_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")


class _Part:
    """The bytes of an open file from `begin` on, `size` of them, as something that can be read and closed."""

    def __init__(self, content: IO[bytes], begin: int, size: int) -> None:
        content.seek(begin)
        self._content, self._left = content, size

    def read(self, size: int = -1) -> bytes:
        wanted = self._left if size < 0 else min(size, self._left)
        piece = self._content.read(wanted)
        self._left -= len(piece)
        return piece

    def close(self) -> None:
        self._content.close()


def file_in_parts(
    request: HttpRequest, path: Path, *, size: int, etag: str, content_type: str, headers: Mapping[str, str]
) -> HttpResponseBase:
    """Answer with the file, or the one part that is asked for: 200, 206, or 416 when it has no such part.

    `etag` (a strong one, without quotes) is what If-Range is held against; with another one, the whole file is sent.
    Several ranges in one request are answered with the whole file, as the standard allows.
    """
    found = _asked(request, size, f'"{etag}"')
    common = dict(headers) | {"Accept-Ranges": "bytes", "ETag": f'"{etag}"'}
    if request.method == "HEAD":
        common["Content-Length"] = str(path.stat().st_size)
        return HttpResponse(content_type=content_type, headers=common)
    if found is None:
        return _streamed(path, 0, size, content_type=content_type, headers=common)
    begin, end = found
    if begin > end:
        unknown = common | {"Content-Range": f"bytes */{size}"}
        return HttpResponse(status=UNSATISFIABLE, headers=unknown, content_type="text/plain")
    common["Content-Range"] = f"bytes {begin}-{end}/{size}"
    return _streamed(path, begin, end - begin + 1, content_type=content_type, headers=common, status=PARTIAL)


def _asked(request: HttpRequest, size: int, etag: str) -> tuple[int, int] | None:
    """The first and the last byte that are asked for, (1, 0) for a part that is not there; None for the whole."""
    asked = _ONE_RANGE.fullmatch(request.headers.get("Range", "").strip())
    if asked is None or request.method != "GET" or request.headers.get("If-Range", etag) != etag:
        return None
    first, last = asked.groups()
    if not first:
        if not last:
            return None
        # The last so many bytes.
        return (max(size - int(last), 0), size - 1) if int(last) and size else (1, 0)
    if last and int(last) < int(first):
        # No range at all, which is to be ignored.
        return None
    if int(first) >= size:
        return 1, 0
    return int(first), min(int(last), size - 1) if last else size - 1


def _streamed(path: Path, begin: int, size: int, **options: Any) -> FileResponse:
    response = FileResponse(_Part(path.open("rb"), begin, size), **options)
    response.block_size = BLOCK
    response.headers["Content-Length"] = str(size)
    return response
