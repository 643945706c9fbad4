"""Canaries: a word and a number of its own for each organisation in whatever takes one, and where they are found.

The database is looked through past every boundary, table by table of its catalogue; files, in a folder of the test.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from allauth.account.models import EmailAddress
from django.core.files.storage import FileSystemStorage
from django.db import DatabaseError, connection, models, transaction
from django.test import override_settings

from accounts.database import tenant_models
from accounts.models import Organisation, User
from accounts.permissions import Role
from accounts.tenancy import acting_for
from accounts.tests.factories import make_member, make_organisation
from jini.lib.encryption import EncryptedJSONField, EncryptedTextField
from jini.tests.made_up import made_up
from jini.tests.walking import Scene
from privacy.emptying import FIRST, plan
from privacy.models import Cancellation, Choice, VaultRecord

# As `word_of` and `phone_of` write them.
_FIND = """
SELECT n, count(*) FROM {table} t, LATERAL (
    SELECT DISTINCT coalesce(found[1], found[2])::integer
    FROM regexp_matches(t::text, 'qz([0-9]{{4}})qz|[+]917000([0-9]{{4}})', 'g') found
) f (n) GROUP BY n
"""
_IN_FILES = re.compile(rb"qz(\d{4})qz")
_DIGEST = "SELECT organisation_id, md5(string_agg(md5(t::text), '' ORDER BY t.id)) FROM {table} t GROUP BY 1"
_COLUMNS = """
SELECT table_name, column_name, data_type FROM information_schema.columns
WHERE table_schema = 'public' AND data_type IN ('text', 'character varying', 'jsonb', 'ARRAY', 'bytea')
    AND is_generated = 'NEVER' AND table_name = ANY (%s)
ORDER BY 1, 2
"""
_PLANT = """
UPDATE {table} t SET {column} = {value}
FROM (SELECT id, row_number() OVER (ORDER BY id) AS n FROM {table} WHERE organisation_id = %(organisation)s) r
WHERE t.id = r.id
"""
# A word of its own for each row, since some may not stand twice; a number where only those may stand.
_TEXT = ("%(word)s || r.n", "%(phone)s || lpad((r.n %% 100)::text, 2, '0')")
_JSON = (
    "CASE jsonb_typeof(t.{column}) WHEN 'object' THEN t.{column} || jsonb_build_object('canary', %(word)s::text)"
    " WHEN 'array' THEN t.{column} || to_jsonb(%(word)s::text) ELSE to_jsonb(%(word)s::text) END"
)
_VALUES = {
    "jsonb": (_JSON,),
    "ARRAY": ("ARRAY[%(word)s]",),
    "bytea": ("convert_to(%(word)s, 'UTF8')",),
}
# Names that we give to files, and to what a job does: without them its files would not be found any more.
_OURS = {"file", "sound", "action"}
# Codes of a few letters, and columns of which the database checks what stands in them. What is written once takes none,
# and its row is made up with one.
TAKE_NONE = {
    "accounts_apikey.token_end",
    "dialer_callcharge.currency",
    "dialer_callcharge.state",
    "dialer_campaign.recorded",
    "dialer_campaignscript.language",
    "dialer_control.kind",
    "dialer_control.state",
    "dialer_device.token_end",
    "dialer_dialersettings.language",
    "dialer_disposition.hot_key",
    "dialer_incomingcall.missed",
    "dialer_participant.kind",
    "dialer_participant.plan",
    "dialer_phonenumber.series",
    "dialer_recording.wanted",
    "dialer_recordingsettings.voice",
    "dialer_script.language",
    "dialer_softphone.identity",
    "leads_consent.channel",
    "leads_consent.evidence",
    "leads_consent.purpose",
    "leads_consent.source",
    "leads_consent.state",
    "leads_consent.wording",
    "leads_lead.language",
    "leads_lead.other_languages",
    "privacy_donotcall.lifted_because",
    "privacy_export.language",
    "privacy_legalhold.scope",
    "privacy_tombstone.kind",
}
# Rows that only an end writes.
_OF_ENDS = {Cancellation, VaultRecord}


def word_of(number: int) -> str:
    return f"qz{number:04d}qz"


def found_organisation(number: int) -> Organisation:
    """An organisation with a thing of every kind, a row in every table, and its canary in whatever takes one."""
    organisation = make_organisation()
    telecaller, admin = make_member(organisation), make_member(organisation, Role.ADMIN)
    with acting_for(organisation):
        Scene(organisation, telecaller, admin).fill()
    make_up_the_rest(organisation, number)
    if new := plant(organisation, number) ^ TAKE_NONE:
        raise AssertionError(f"these columns take a canary now, or none any more: {sorted(new)}")
    return organisation


@contextmanager
def files_in(folder: Path) -> Iterator[None]:
    """Keep the files of all tables in `folder`."""
    fields = [field for model in tenant_models() for field in _file_fields(model)]
    before = [field.storage for field in fields]
    with override_settings(MEDIA_ROOT=folder):
        try:
            for field in fields:
                field.storage = FileSystemStorage(location=folder)
            yield
        finally:
            for field, storage in zip(fields, before, strict=True):
                field.storage = storage


def _file_fields(model: Any) -> list[Any]:
    return [field for field in model._meta.concrete_fields if isinstance(field, models.FileField)]


def make_up_the_rest(organisation: Organisation, number: int) -> None:
    """Make a row in each table of the organisation that has none, but for those that only an end fills."""
    with acting_for(organisation):
        for step in reversed(plan()):
            if not step.loosen and not step.some(FIRST):
                made_up(step.model, organisation, text=word_of(number)).save(force_insert=True)


def plant(organisation: Organisation, number: int) -> set[str]:
    """Write the canary of `number` into every column of the organisation that takes one, into its people and its files.

    Return the columns, as "table.column", that take none.
    """
    left = set()
    values = {"word": word_of(number), "phone": f"+917000{number:04d}", "organisation": organisation.pk}
    with acting_for(organisation), connection.cursor() as cursor:
        _plant_files(number)
        cursor.execute(_COLUMNS, [[model._meta.db_table for model in tenant_models() if model not in _OF_ENDS]])
        encrypted = set(_plant_encrypted(number))
        for table, column, kind in cursor.fetchall():
            is_planted = column in _OURS or (table, column) in encrypted
            if not is_planted and not _takes(table, column, _VALUES.get(kind, _TEXT), values):
                left.add(f"{table}.{column}")
    _plant_shared(organisation, number)
    return left


def _takes(table: str, column: str, ways: Iterable[str], values: dict[str, Any]) -> bool:
    for way in ways:
        try:
            # What is written once takes it from the owner alone.
            with past_boundaries() as cursor:
                cursor.execute(
                    _PLANT.format(table=table, column=f'"{column}"', value=way.format(column=f'"{column}"')), values
                )
                rows = cursor.rowcount
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
        except DatabaseError:
            continue
        return bool(rows)
    return False


def _plant_encrypted(number: int) -> Iterator[tuple[str, str]]:
    for model in tenant_models():
        for field in model._meta.concrete_fields:
            if isinstance(field, EncryptedTextField | EncryptedJSONField):
                word = word_of(number)
                model.objects.update(
                    **{field.name: word if isinstance(field, EncryptedTextField) else {"canary": word}}
                )
                yield model._meta.db_table, field.column


def _plant_files(number: int) -> None:
    for model in tenant_models():
        for field in _file_fields(model):
            for name in (
                getattr(model, "everything", model.objects)
                .exclude(**{field.name: ""})
                .values_list(field.name, flat=True)
            ):
                if field.storage.exists(name):
                    with Path(field.storage.path(name)).open("ab") as file:
                        file.write(word_of(number).encode())


def _plant_shared(organisation: Organisation, number: int) -> None:
    """Into what organisations share, about this one and its people."""
    word = word_of(number)
    Organisation.objects.filter(pk=organisation.pk).update(
        **dict.fromkeys(("name", "address", "city", "region", "gstin", "pan"), word), phone=f"+917000{number:04d}00"
    )
    for place, user in enumerate(User.objects.filter(memberships__organisation=organisation)):
        email = f"{word}.{place}@mail.example"
        User.objects.filter(pk=user.pk).update(
            first_name=word, last_name=word, email=email, phone=f"+917000{number:04d}00"
        )
        EmailAddress.objects.create(user=user, email=email)
        Choice.objects.create(
            user=user, purpose="usage", state="given", wording="Yes", language="en", place="page", user_agent=word
        )


def found() -> dict[int, set[str]]:
    """Return the tables in which each number's canary stands, whoever's rows they are."""
    places: dict[int, set[str]] = defaultdict(set)
    with past_boundaries() as cursor:
        cursor.execute(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'"
        )
        for (table,) in cursor.fetchall():
            cursor.execute(_FIND.format(table=table))
            for number, _count in cursor.fetchall():
                places[number].add(table)
    return dict(places)


def found_in_files(*folders: Path) -> dict[int, set[str]]:
    """Return the files in which each number's canary stands."""
    places: dict[int, set[str]] = defaultdict(set)
    for folder in folders:
        for path in folder.rglob("*"):
            for number in _IN_FILES.findall(path.read_bytes()) if path.is_file() else ():
                places[int(number)].add(str(path.relative_to(folder)))
    return dict(places)


def digests(organisations: Iterable[Organisation]) -> dict[Any, dict[str, str]]:
    """Return {organisation: {table: digest of its rows}}, so that nothing of them can change or go unnoticed."""
    wanted = {organisation.pk for organisation in organisations}
    told: dict[Any, dict[str, str]] = defaultdict(dict)
    with past_boundaries() as cursor:
        for model in tenant_models():
            cursor.execute(_DIGEST.format(table=model._meta.db_table))
            for organisation, digest in cursor.fetchall():
                if organisation in wanted:
                    told[organisation][model._meta.label] = digest
    return dict(told)


@contextmanager
def past_boundaries() -> Iterator[Any]:
    """A cursor of the owner of the tables, in the open transaction if there is one."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE NONE")
        yield cursor
        cursor.execute("RESET ROLE")
