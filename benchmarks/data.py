"""Invented leads and people in any number, told by one seed: skewed organisations, Indian names and numbers.

Names and places are those of the demonstration. Everything is loaded by COPY, past triggers and foreign keys, which
hold because the rows are made here.
"""

import datetime as dt
import io
import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils import timezone
from psycopg2.extensions import connection as Connection  # noqa: N812 -- a class, whatever its case

from accounts.actions.organisations import found_organisation
from accounts.models import Organisation, User
from accounts.permissions import Role
from accounts.tenancy import acting_for
from jini.lib.ids import uuid7
from leads.models import Status
from privacy.models import ContactPolicy
from reports.demo.words import CITIES, FIRST_NAMES, LAST_NAMES

SEED = 20261124
SOURCES = ["Facebook", "Website", "IndiaMART", "Justdial", "Exhibition", "Old enquiries"]
# Statuses of a list that has been worked: most leads are new.
STATUS_WEIGHTS = {"New": 60, "Contacted": 14, "Interested": 7, "On hold": 4, "Won": 3, "Lost": 10, "Invalid": 2}
# +91 90 and eight more digits: each number of the list stands for one of them, none for two (the factor is coprime).
_NUMBERS, _FACTOR = 10**8, 48_271_009


@dataclass(frozen=True)
class Person:
    """Somebody to call, as a list would give them."""

    name: str
    phone: str
    email: str
    city: str
    region: str
    pin: str
    language: str
    source: str


def people(count: int, *, first: int = 0) -> Iterator[Person]:
    """Yield `count` people with numbers of their own, the same for the same `first`."""
    dice = random.Random(SEED + first)
    cities = dice.choices(CITIES, weights=range(2 * len(CITIES), 0, -2), k=count)
    for number, (city, region, pin, language) in enumerate(cities, start=first):
        chance = dice.random()
        given, family = FIRST_NAMES[int(chance * 1e6) % len(FIRST_NAMES)], LAST_NAMES[number % len(LAST_NAMES)]
        name = f"{given} {family}" if chance > 0.06 else ""
        yield Person(
            name=name,
            phone=phone(number),
            email=f"{given}.{family}{number}@mail.example".lower().replace("'", "") if 0.06 < chance < 0.5 else "",
            city=city,
            region=region,
            pin=f"{pin}{number % 60 + 1:02d}",
            language=language,
            source=SOURCES[int(chance * len(SOURCES))],
        )


def phone(number: int) -> str:
    """Return the E.164 number of the person `number` (0 to 99,999,999); Indian mobile numbers that nobody calls."""
    return f"+9190{number * _FACTOR % _NUMBERS:08d}"


def shares(total: int, organisations: int, largest: float) -> list[int]:
    """Divide `total` rows: `largest` of them to the first organisation, the rest falling as 1/rank."""
    first = round(total * largest)
    weights = [1 / rank for rank in range(1, organisations)]
    return [first, *(round((total - first) * weight / sum(weights)) for weight in weights)]


def found(name: str) -> Organisation:
    """Found an organisation whose rules allow calls at any hour, so that the time of measuring does not matter.

    The operator has lifted what a new one may call in a day, too.
    """
    owner = User.objects.create_user(f"{uuid7().hex}@mail.example", first_name="Owner")
    organisation = found_organisation(owner=owner, name=name).organisation
    organisation.calls_a_day = None
    organisation.save(update_fields=["calls_a_day"])
    with acting_for(organisation):
        ContactPolicy.objects.update(opens_at=dt.time(0), closes_at=dt.time.max, minimum_gap_minutes=0)
    return organisation


def load_members(connection: Connection, organisation: Organisation, count: int) -> list[UUID]:
    """Give `organisation` `count` telecallers; return the ids of their memberships."""
    now = timezone.now()
    users, members = [uuid7() for _ in range(count)], [uuid7() for _ in range(count)]
    copy(
        connection,
        "accounts_user",
        "id password is_superuser first_name last_name is_staff is_active date_joined email phone language theme "
        "uses_shortcuts",
        (
            (pk, "!", False, FIRST_NAMES[i % len(FIRST_NAMES)], LAST_NAMES[i % len(LAST_NAMES)], False, True, now,
             f"{pk.hex}@mail.example", "", "en", "auto", True)
            for i, pk in enumerate(users)
        ),
    )  # fmt: skip
    copy(
        connection,
        "accounts_membership",
        "id organisation_id user_id role phone created_at",
        (
            (pk, organisation.pk, user, Role.TELECALLER, "+919000000001", now)
            for pk, user in zip(members, users, strict=True)
        ),
    )
    return members


LEAD_COLUMNS = (
    "id organisation_id name phone email address city region pin language source legal_ground value status_id attempts "
    "connected created_at updated_at version"
)


def load_leads(
    connection: Connection, organisation: Organisation, count: int, *, first: int = 0, only_new: bool = False
) -> list[UUID]:
    """Give `organisation` the leads `first` to `first + count`, one a minute up to now; return their ids."""
    with acting_for(organisation):
        statuses = {status.name: status.pk for status in Status.objects.all()}
    dice = random.Random(SEED + first)
    wanted = {"New": 1} if only_new else STATUS_WEIGHTS
    drawn = dice.choices([statuses[name] for name in wanted], weights=list(wanted.values()), k=count)
    now, minute = timezone.now(), dt.timedelta(minutes=1)
    ids = [uuid7() for _ in range(count)]
    copy(
        connection,
        "leads_lead",
        LEAD_COLUMNS,
        (
            (pk, organisation.pk, each.name, each.phone, each.email, "", each.city, each.region, each.pin,
             each.language, each.source, "unknown", None, status, 0, 0, now - (count - i) * minute, now, 1)
            for i, (pk, each, status) in enumerate(zip(ids, people(count, first=first), drawn, strict=True))
        ),
    )  # fmt: skip
    return ids


def copy(connection: Connection, table: str, columns: str, rows: Iterable[Sequence[Any]]) -> None:
    """COPY `rows` into `columns` (separated by blanks) of `table`."""
    with connection.cursor() as cursor:
        # Foreign keys are triggers: a million deferred checks of rows that we made ourselves would take minutes.
        cursor.execute("SET session_replication_role = replica")
        cursor.copy_expert(f"COPY {table} ({', '.join(columns.split())}) FROM STDIN", _Lines(rows))
        cursor.execute("RESET session_replication_role")


def settle(connection: Connection, *tables: str) -> None:
    """Bring `tables` to the state that a database at work is in: vacuumed, analysed, written out."""
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"VACUUM (ANALYZE) {table}")
        cursor.execute("CHECKPOINT")


class _Lines(io.RawIOBase):
    """Rows in the text format of COPY, made as they are read."""

    def __init__(self, rows: Iterable[Sequence[Any]]) -> None:
        self.rows = iter(rows)
        self.left = b""

    def read(self, size: int = -1) -> bytes:
        parts, length = [self.left], len(self.left)
        for row in self.rows:
            line = "\t".join(map(_text, row)).encode() + b"\n"
            parts.append(line)
            length += len(line)
            if length >= size >= 0:
                break
        taken = b"".join(parts)
        self.left, taken = (taken[size:], taken[:size]) if size >= 0 else (b"", taken)
        return taken


_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def _text(value: Any) -> str:
    if value is None:
        return r"\N"
    if isinstance(value, bool):
        return "t" if value else "f"
    return value.translate(_ESCAPES) if type(value) is str else str(value)
