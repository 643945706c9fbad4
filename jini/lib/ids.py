"""Identifiers of rows: random enough to be public, ordered enough to be a key."""

import os
import threading
import time
import uuid

_lock = threading.Lock()
_last = 0


def uuid7() -> uuid.UUID:
    """Return a version 7 UUID (RFC 9562, 5.7), strictly increasing within this process.

    48 bits of Unix milliseconds, 12 bits of sub-millisecond fraction (method 3 of section 6.2), 62 random bits.
    """
    global _last  # noqa: PLW0603 -- the one value that makes ids of one process monotonic
    with _lock:
        ticks = time.time_ns() * 4096 // 1_000_000
        _last = ticks = max(ticks, _last + 1)
    milliseconds, fraction = divmod(ticks, 4096)
    tail = int.from_bytes(os.urandom(8), "big") & ((1 << 62) - 1)
    return uuid.UUID(int=milliseconds << 80 | 0x7 << 76 | fraction << 64 | 0b10 << 62 | tail)
