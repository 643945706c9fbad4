"""Identifiers of rows: random enough to be public, ordered enough to be a key."""

import os
import threading
import time
import uuid
from collections.abc import Iterable
from typing import Any

from django.db.models import F, Lookup

# The same in SQL, also on servers older than PostgreSQL 18, which has uuidv7(); to the millisecond.
UUID7_SQL = (
    "encode(set_bit(set_bit(overlay(uuid_send(gen_random_uuid()) PLACING "
    "substring(int8send((extract(epoch FROM clock_timestamp()) * 1000)::bigint) FROM 3) FROM 1 FOR 6), 52, 1), 53, 1), "
    "'hex')::uuid"
)
_lock = threading.Lock()
_last = 0


def uuid7() -> uuid.UUID:
    """Return a version 7 UUID (RFC 9562, 5.7), strictly increasing within this process.

    48 bits of Unix milliseconds, 12 bits of sub-millisecond fraction (method 3 of section 6.2), 62 random bits.
    """
    return uuid.UUID(int=_number(_ticks(1), os.urandom(8)))


def uuid7_texts(count: int) -> list[str]:
    """Return `count` of them, increasing, as 32 hexadecimal digits: for bulk, where making each an object takes longest."""
    first, noise = _ticks(count), os.urandom(8 * count)
    return [f"{_number(first + place, noise[8 * place : 8 * place + 8]):032x}" for place in range(count)]


def _ticks(count: int) -> int:
    """Take `count` ticks, of 4,096 to the millisecond, and return the first."""
    global _last  # noqa: PLW0603 -- the one value that makes ids of one process monotonic
    with _lock:
        first = max(time.time_ns() * 4096 // 1_000_000, _last + 1)
        _last = first + count - 1
    return first


def _number(ticks: int, noise: bytes) -> int:
    tail = int.from_bytes(noise, "big") & ((1 << 62) - 1)
    return ticks >> 12 << 80 | 0x7 << 76 | (ticks & 4095) << 64 | 0b10 << 62 | tail


class OneOf(Lookup):
    """`id = ANY(array)`: one parameter for any number of ids, where IN would take one for each."""

    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        left, parameters = self.process_lhs(compiler, connection)
        return f"{left} = ANY(%s::uuid[])", (*parameters, self.rhs)


def one_of(field: str, ids: Iterable[uuid.UUID]) -> OneOf:
    """Return the condition that `field` is one of `ids`: as text, since making an object of each takes longest."""
    return OneOf(F(field), f"{{{','.join(map(str, ids))}}}")
