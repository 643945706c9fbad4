"""A stretch of rows into the database: the new ones by COPY, and beside them everything that follows from each row."""

import io
import json
import uuid
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.db import connection
from django.utils import timezone

from accounts.models import Membership
from accounts.tenancy import current_organisation
from jini.lib import lead_watch
from jini.lib.ids import uuid7_texts
from leads.custom.reading import BAR, as_text, as_value
from leads.erased import FAULT, without_erased
from leads.importing import consenting
from leads.importing.columns import FIELDS, Fields
from leads.importing.deciding import Decision, Verdict, decide, differences
from leads.importing.owning import Owners
from leads.importing.rows import Row, Values, agreed
from leads.models import Activity, FollowUp, ImportBatch, ImportRow, LeadPhone, LeadTag, Status
from teams.visibility import sight_of

# How a value of `rows.Values` stands in its columns, and the columns are such a value. Languages are one value, the
# first foremost: whoever fills an empty field, or takes an update back, means them all.
_AS_TEXT = {
    "language": f"array_to_string(array_prepend(language, other_languages), '{BAR}')",
    "value": "coalesce(value::text, '')",
    "score": "coalesce(score::text, '')",
}
_READ = ", ".join(_AS_TEXT.get(name, name) for name in FIELDS)
_COLUMNS = {name: f"u.{name}" for name in FIELDS} | {
    "language": f"split_part(u.language, '{BAR}', 1)",
    "other_languages": f"(string_to_array(u.language, '{BAR}'))[2:]",
    "value": "nullif(u.value, '')::numeric",
    "score": "nullif(u.score, '')::smallint",
}
_KNOWN = f"""
SELECT id, phone, assigned_to_id, custom, {_READ}
FROM leads_lead WHERE organisation_id = %s AND phone = ANY(%s) AND deleted_at IS NULL ORDER BY id
"""  # noqa: S608 -- constants
_VALUES = f"""
SELECT id, custom, {_READ}
FROM leads_lead WHERE organisation_id = %s AND id = ANY(%s::uuid[]) ORDER BY id
"""  # noqa: S608 -- constants
_STAGE = f"""
CREATE TEMPORARY TABLE import_stage
    (id uuid, phone text, owner uuid, {", ".join(f"{name} text" for name in FIELDS)}, custom jsonb)
ON COMMIT DROP
"""
# Row-level security keeps COPY out of the table itself. A number that somebody else adds in this moment is left to them:
# its rows are decided again.
_INSERT = f"""
INSERT INTO leads_lead (id, organisation_id, phone, {", ".join(_COLUMNS)}, custom, legal_ground, status_id, assigned_to_id,
    assigned_at, import_batch_id, created_by_id, created_at, updated_at, attempts, connected, version)
SELECT id, %(organisation)s, phone, {", ".join(_COLUMNS.values())},
    custom, %(legal_ground)s, %(status)s, owner, CASE WHEN owner IS NOT NULL THEN %(now)s END, %(batch)s, %(by)s, %(now)s,
    %(now)s, 0, 0, 1
FROM import_stage AS u
ON CONFLICT (organisation_id, phone) WHERE deleted_at IS NULL DO NOTHING RETURNING phone
"""  # noqa: S608 -- constants
_UPDATE = f"""
UPDATE leads_lead SET {", ".join(f"{column} = {value}" for column, value in _COLUMNS.items())},
    custom = jsonb_strip_nulls(leads_lead.custom || u.custom), version = leads_lead.version + 1, updated_at = %s
FROM unnest(%s::uuid[], {", ".join("%s::text[]" for __ in FIELDS)}, %s::jsonb[]) AS u(id, {", ".join(FIELDS)}, custom)
WHERE leads_lead.organisation_id = %s AND leads_lead.id = u.id
"""  # noqa: S608 -- constants
# What is done with a lead that is there needs its values, as they stay until we have written.
CHANGING = {ImportBatch.Duplicates.FILL, ImportBatch.Duplicates.UPDATE}
NOTING = {ImportBatch.Duplicates.LINK, ImportBatch.Duplicates.GIVE}


@dataclass(frozen=True)
class Terms:
    """What holds for every row of a batch, of which `taken` have become leads already.

    `fields` are the custom fields that have a column.
    """

    batch: ImportBatch
    status: Status
    owners: Owners
    tags: Sequence[uuid.UUID]
    fields: Fields
    taken: int = 0


@dataclass
class Loaded:
    """What a stretch came to: rows by verdict, those of them in which something was left out, and consents noted."""

    counts: Counter[str] = field(default_factory=lambda: Counter(dict.fromkeys([*Verdict.values, "warnings"], 0)))

    consents: int = 0

    def count(self, decisions: Sequence[Decision]) -> None:
        """Add what was decided."""
        self.counts.update(decision.verdict for decision in decisions)
        self.counts["warnings"] += sum(
            1 for decision in decisions if decision.row.faults and decision.verdict != Verdict.ERROR
        )


class Known(NamedTuple):
    """A lead that is there already: its id, its owner and its values."""

    lead: uuid.UUID
    owner: uuid.UUID | None
    values: Values


def known_leads(phones: Iterable[str], fields: Fields, *, lock: bool = False) -> dict[str, Known]:
    """Return the leads with one of `phones` by number; `lock`ed until the transaction ends, if asked.

    Their values are those of `FIELDS` and then of the custom `fields`.
    """
    with connection.cursor() as cursor:
        cursor.execute(_KNOWN + ("FOR UPDATE" if lock else ""), [current_organisation().pk, list(phones)])
        return {
            phone: Known(lead, owner, (*values, *_answers(custom, fields)))
            for lead, phone, owner, custom, *values in cursor.fetchall()
        }


def _answers(custom: str, fields: Fields) -> list[str]:
    answers = json.loads(custom) if fields else {}
    return [as_text(answers.get(name)) for name in fields]


def _json(values: Values, fields: Fields, *, with_nothing: bool = False) -> str:
    """The answers among `values`; what is nothing as null, or left out."""
    if not fields:
        return "{}"
    answers = zip(fields.items(), values[len(FIELDS) :], strict=True)
    return json.dumps({name: as_value(field, text) for (name, field), text in answers if text or with_nothing})


def unseen_by(member: Membership, known: Mapping[str, Known]) -> set[str]:
    """Return the numbers of the leads that `member` does not see, and so does not change by a list."""
    sight = sight_of(member)
    return set() if sight.is_whole else {phone for phone, lead in known.items() if not sight.covers(lead.owner)}


def load(rows: Sequence[Row], cells: Mapping[int, list[str]], terms: Terms) -> Loaded:
    """Write `rows` and everything that follows from them, in the open transaction; `cells` are theirs by number.

    Existing leads stay locked until its end. Each row that is not simply a new lead leaves an ImportRow.
    """
    loaded = Loaded()
    waiting: Sequence[Row] = without_erased(rows, is_counted=True)
    # Most numbers of most lists are new: where a number that is not does no harm, the insert itself finds it out.
    looks = terms.owners.gives or terms.batch.options["duplicates"] in {*CHANGING, ImportBatch.Duplicates.GIVE}
    waiting = list(agreed(terms.owners.marked(waiting), current_organisation().zone, timezone.now()))
    while waiting:
        taken = terms.taken + loaded.counts[Verdict.NEW]
        decisions, leads, lost, existing = _attempt(waiting, terms, taken=taken, looks=looks)
        _follow_up(decisions, leads, cells, terms)
        loaded.consents += _agree(decisions, leads, existing, terms)
        if terms.batch.options["duplicates"] == ImportBatch.Duplicates.GIVE:
            give_to_owners(decisions, existing, terms.batch)
        loaded.count(decisions)
        waiting, looks = [row for row in waiting if row.phone in lost], True
    return loaded


def _attempt(
    rows: Sequence[Row], terms: Terms, *, taken: int, looks: bool
) -> tuple[list[Decision], dict[str, str], set[str], dict[str, Known]]:
    """Decide and write the leads; return the decisions that stand, the leads' ids by number, the numbers that got lost,
    and the leads that were there.

    A number is lost when it has a lead that we did not know of: it was not looked for, or was made since we looked.
    """
    is_changing = terms.batch.options["duplicates"] in CHANGING
    existing = known_leads({row.phone for row in rows if row.phone}, terms.fields, lock=is_changing) if looks else {}
    before = {phone: lead.values for phone, lead in existing.items()}
    known = dict(before)
    unseen = unseen_by(terms.batch.created_by, existing)
    decisions = list(decide(rows, known, terms.batch.options["duplicates"], unseen=unseen))
    added = [phone for phone in known if phone not in before]
    fresh = dict(zip(added, uuid7_texts(len(added)), strict=True))
    said = {row.phone: row.owner for row in reversed(rows)}
    made = _insert(fresh, known, terms, taken, said) if fresh else set()
    lost = fresh.keys() - made
    leads = {phone: known_lead.lead.hex for phone, known_lead in existing.items()} | fresh
    written = {leads[phone]: known[phone] for phone, values in before.items() if known[phone] != values}
    write_values(written, terms.fields)
    if lost:
        decisions = [decision for decision in decisions if decision.row.phone not in lost]
    return decisions, leads, set(lost), existing


def _insert(
    fresh: Mapping[str, str], known: Mapping[str, Values], terms: Terms, taken: int, said: Mapping[str, str]
) -> set[str]:
    lines = io.StringIO()
    for place, (phone, lead) in enumerate(fresh.items(), start=taken):
        owner = terms.owners.of(place, said.get(phone, "")) or "\\N"
        values = "\t".join([*known[phone][: len(FIELDS)], _json(known[phone], terms.fields)])
        # Values hold no tab and no line end (blanks are drawn together); only a backslash needs care.
        lines.write(f"{lead}\t{phone}\t{owner}\t{values.replace(chr(92), chr(92) * 2)}\n")
    lines.seek(0)
    batch = terms.batch
    facts = {
        "organisation": batch.organisation_id,
        "legal_ground": batch.options["legal_ground"],
        "status": terms.status.pk,
        "batch": batch.pk,
        "by": batch.created_by_id,
        "now": timezone.now(),
    }
    with connection.cursor() as cursor:
        cursor.execute(_STAGE)
        cursor.copy_expert("COPY import_stage FROM STDIN", lines)
        cursor.execute(_INSERT, facts)
        made = {phone for (phone,) in cursor.fetchall()}
        cursor.execute("DROP TABLE import_stage")
    return made


def values_of(leads: Iterable[uuid.UUID], fields: Fields, *, lock: bool = False) -> dict[uuid.UUID, Values]:
    """Return the values of `leads` by id; locked until the transaction ends, if asked."""
    with connection.cursor() as cursor:
        cursor.execute(_VALUES + ("FOR UPDATE" if lock else ""), [current_organisation().pk, [*map(str, leads)]])
        return {lead: (*values, *_answers(custom, fields)) for lead, custom, *values in cursor.fetchall()}


def write_values(changed: Mapping[Any, Values], fields: Fields) -> None:
    """Give leads, by id, all their values, those of the custom `fields` among them, and raise their versions."""
    if not changed:
        return
    columns = [list(column) for column in zip(*changed.values(), strict=True)][: len(FIELDS)]
    answers = [_json(values, fields, with_nothing=True) for values in changed.values()]
    with connection.cursor() as cursor:
        cursor.execute(_UPDATE, [timezone.now(), [*map(str, changed)], *columns, answers, current_organisation().pk])


def _follow_up(
    decisions: Sequence[Decision], leads: Mapping[str, str], cells: Mapping[int, list[str]], terms: Terms
) -> None:
    """Write what stands beside the leads: further numbers, notes, tags, lines on timelines, and the rows' verdicts."""
    others = [
        LeadPhone(lead_id=leads[row.phone], phone=other, position=place)
        for decision in decisions
        for row in [decision.row]
        for place, other in enumerate(row.others, start=1)
        if row.phone and not decision.is_barred
    ]
    if others:
        LeadPhone.objects.bulk_create(others, ignore_conflicts=True)
    if terms.tags and (
        tagged := {leads[d.row.phone] for d in decisions if d.verdict in {Verdict.NEW, Verdict.UPDATED}}
    ):
        LeadTag.objects.bulk_create(
            (LeadTag(lead_id=lead, tag_id=tag) for lead in tagged for tag in terms.tags), ignore_conflicts=True
        )
    Activity.objects.bulk_create(line for decision in decisions for line in _lines(decision, leads, terms))
    told = [decision for decision in decisions if decision.verdict != Verdict.NEW or decision.row.faults]
    rows = [_row(decision, leads, cells, terms) for decision in told]
    # Of a list of a million there are eighty thousand: with an instance of each one took 65 µs, and so it takes 14.
    ImportRow.objects.write_like(
        ImportRow(batch=terms.batch),
        [{"id": pk, **row} for pk, row in zip(uuid7_texts(len(rows)), rows, strict=True)],
    )


def noted(decision: Decision, duplicates: str) -> Mapping[str, tuple[str, Any]]:
    """Return the consents of a row that go into the ledger: of every lead but those that the list leaves alone."""
    is_skipped = decision.verdict == Verdict.DUPLICATE and duplicates == ImportBatch.Duplicates.SKIP
    is_left = is_skipped or decision.is_barred or decision.verdict == Verdict.ERROR
    return {} if is_left else decision.row.consents


def _agree(decisions: Sequence[Decision], leads: Mapping[str, str], existing: Mapping[str, Known], terms: Terms) -> int:
    lines, known = [], set()
    for decision in decisions:
        row = decision.row
        if not row.consents or row.said is None:
            continue
        evidence = row.said.evidence or f"{terms.batch.file_name[:180]}:{row.number}"
        for target, (state, at) in noted(decision, terms.batch.options["duplicates"]).items():
            lines.append(consenting.Line(leads[row.phone], target, state, at, row.said, evidence))
            if (lead := existing.get(row.phone)) is not None:
                known.add(lead.lead)
    return consenting.write(lines, terms.batch, existing=known)


def _lines(decision: Decision, leads: Mapping[str, str], terms: Terms) -> list[Activity]:
    row, verdict, batch = decision.row, decision.verdict, terms.batch
    if verdict == Verdict.ERROR or decision.is_barred or (verdict == Verdict.NEW and not row.note):
        # A new lead names its batch itself.
        return []
    lead, now = leads[row.phone], timezone.now()
    common: dict[str, Any] = {"lead_id": lead, "at": now, "actor_id": batch.created_by_id}
    told: dict[str, Any] = {"batch": str(batch.pk)}
    lines = []
    if decision.before is not None and decision.after is not None:
        changes = differences(decision.before, decision.after, terms.fields)
        named = [{"field": name, "old": old, "new": new} for name, (old, new) in changes.items()]
        lines.append(
            Activity(kind=Activity.Kind.IMPORT, details=told | {"verdict": verdict, "changes": named}, **common)
        )
    elif verdict == Verdict.DUPLICATE and batch.options["duplicates"] in NOTING:
        lines.append(Activity(kind=Activity.Kind.IMPORT, details=told | {"verdict": verdict}, **common))
    wanted = verdict != Verdict.DUPLICATE or batch.options["duplicates"] != ImportBatch.Duplicates.SKIP
    if row.note and wanted:
        lines.append(Activity(kind=Activity.Kind.NOTE, text=row.note, details=told, **common))
    return lines


def _row(decision: Decision, leads: Mapping[str, str], cells: Mapping[int, list[str]], terms: Terms) -> dict[str, Any]:
    row, before = decision.row, None
    if decision.before is not None and decision.after is not None:
        before = differences(decision.before, decision.after, terms.fields)
    return {
        "number": row.number,
        "verdict": decision.verdict,
        "lead_id": leads.get(row.phone),
        # Of an erased person nothing is kept again, not even the row that was refused.
        "original": cells[row.number] if row.faults and ("phone", FAULT) not in row.faults else None,
        "before": before,
        "errors": [{"field": name, "code": code} for name, code in row.faults] or None,
    }


def give_to_owners(decisions: Sequence[Decision], existing: Mapping[str, Known], batch: ImportBatch) -> None:
    """Have the owners of leads that asked again call them now: a follow-up, unless one is due to the lead already."""
    again = {d.row.phone for d in decisions if d.verdict == Verdict.DUPLICATE and not d.is_barred}
    asked = {lead.lead: lead.owner for phone in again if (lead := existing.get(phone)) and lead.owner}
    now = timezone.now()
    due = set(FollowUp.objects.open().filter(lead__in=asked, due_at__lte=now).values_list("lead", flat=True))
    note = batch.options["source"] or batch.file_name
    tasks = [
        FollowUp(lead_id=lead, assigned_to_id=owner, due_at=now, note=note[:200], created_by_id=batch.created_by_id)
        for lead, owner in asked.items()
        if lead not in due
    ]
    FollowUp.objects.bulk_create(tasks)
    Activity.objects.bulk_create(
        Activity(
            lead_id=task.lead_id,
            kind=Activity.Kind.FOLLOW_UP,
            at=now,
            actor_id=batch.created_by_id,
            details={"follow_up": str(task.pk), "due_at": now.isoformat(), "event": "created", "batch": str(batch.pk)},
        )
        for task in tasks
    )
    for task in tasks:
        lead_watch.changed(task.lead_id, lead_watch.FOLLOW_UPS)
