"""Erasing a lead: asked for, decided on, waited for, done in short steps, looked after, certified."""

import datetime as dt
import hashlib
import json
import uuid
from collections.abc import Collection
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import Membership, Organisation
from accounts.tenancy import acting_for
from accounts.work import schedule
from jini.lib import lead_busy
from jini.lib.erasing import erase_about, kept_in_spite, steps, subject
from privacy import ledger, sweeping
from privacy.holds import holding, wait_for_holds
from privacy.models import Erasure
from privacy.tombstones import bury, marks_of

ERASE = "privacy.erase"
# Time to think it over after an admin agreed; an owner may go ahead at once. Our own figure.
GRACE = dt.timedelta(hours=72)
BUSY_FOR = dt.timedelta(minutes=1)
HELD_FOR = dt.timedelta(hours=6)
State = Erasure.State


class AlreadyAsked(Exception):
    """The lead is to be erased already."""


@transaction.atomic
def ask_for(lead_id: uuid.UUID, *, reason: str, by: Membership) -> Erasure:
    """Ask that a lead be erased. Raises `AlreadyAsked` when it is under way."""
    try:
        with transaction.atomic():
            made: Erasure = Erasure.objects.create(lead_id=lead_id, reason=reason, asked_by=by)
    except IntegrityError as error:
        if "erasure_open_once" not in str(error):
            raise
        raise AlreadyAsked from error
    audit.record("erasure.asked", by=by, subject=made, lead=str(lead_id))
    return made


@transaction.atomic
def agree(erasure: Erasure, *, by: Membership, at_once: bool = False) -> bool:
    """Have the lead erased when the time to think it over has passed, or `at_once`; False: it was decided on before.

    `at_once` also goes for one that waits already. That only owners do so, after a password, is for the form to check.
    """
    now = timezone.now()
    states = [State.ASKED, State.WAITING] if at_once else [State.ASKED]
    due = now if at_once else now + GRACE
    mine = Erasure.objects.filter(pk=erasure.pk, state__in=states)
    if not mine.update(state=State.WAITING, decided_at=now, decided_by=by, due_at=due):
        return False
    audit.record("erasure.agreed", by=by, subject=erasure, at_once=at_once)
    schedule(ERASE, erasure.pk, due_at=due)
    return True


@transaction.atomic
def refuse(erasure: Erasure, *, why: str, by: Membership) -> bool:
    """Say why it is not done, also while it waits for its day; False: it is too late, or was decided before."""
    return _end_before(erasure, State.REFUSED, why=why, by=by)


@transaction.atomic
def withdraw(erasure: Erasure, *, by: Membership) -> bool:
    """Take the request back, as long as nothing was erased."""
    return _end_before(erasure, State.WITHDRAWN, why="", by=by)


def _end_before(erasure: Erasure, state: str, *, why: str, by: Membership) -> bool:
    now = timezone.now()
    early = Erasure.objects.filter(pk=erasure.pk, state__in=[State.ASKED, State.WAITING])
    if not early.update(state=state, why=why, decided_at=now, decided_by=by, finished_at=now):
        return False
    audit.record(f"erasure.{state}", by=by, subject=erasure)
    return True


@transaction.atomic
def look_again(erasure: Erasure, *, by: Membership) -> None:
    """Erase what came about the lead since, and look once more."""
    row = Erasure.objects.select_for_update().filter(pk=erasure.pk, state=State.FOUND).first()
    if row is not None:
        row.state, row.found, row.cursor = State.ERASING, {}, {"step": 0, "leads": row.cursor["leads"]}
        row.save(update_fields=["state", "found", "cursor"])
        audit.record("erasure.looked-again", by=by, subject=row)
        schedule(ERASE, row.pk)


@transaction.atomic
def close(erasure: Erasure, *, why: str, by: Membership) -> None:
    """End an erasure although something was found, since it belongs to somebody else or must stay: `why` says so."""
    row = Erasure.objects.select_for_update().filter(pk=erasure.pk, state=State.FOUND).first()
    if row is not None:
        row.why = why
        audit.record("erasure.closed", by=by, subject=row, found=row.found)
        _certify(row)


def take_step(organisation: Organisation, erasure_id: uuid.UUID) -> dt.datetime | None:
    """Take one step in one transaction; return when to come again, None when nothing more is owed."""
    with acting_for(organisation):
        wait_for_holds(alone=False)
        row = Erasure.objects.select_for_update().filter(pk=erasure_id).first()
        if row is None or row.state not in {State.WAITING, State.ERASING}:
            return None
        if row.state == State.WAITING and (later := _not_yet(row)):
            return later
        if row.state == State.WAITING:
            _begin(row)
        elif row.cursor.get("table") is not None:
            return _look(row)
        elif not row.cursor.get("noted"):
            _note(row)
        else:
            _erase_some(row)
        return timezone.now()


def _not_yet(row: Erasure) -> dt.datetime | None:
    """Return when to try again, while it is not time, somebody is on the phone with the person, or a hold keeps them."""
    now = timezone.now()
    if row.due_at and row.due_at > now:
        return row.due_at
    leads = subject().whole(row.lead_id)
    if any(lead_busy.is_busy(lead) for lead in leads):
        return now + BUSY_FOR
    return now + HELD_FOR if holding(leads) else None


def _begin(row: Erasure) -> None:
    leads = subject().whole(row.lead_id)
    row.values = subject().values(leads)
    bury(marks_of(row.values["phones"], row.values["emails"]))
    subject().hide(leads)
    # What somebody wrote may name the person.
    row.reason = ""
    row.state, row.cursor = State.ERASING, {"step": 0, "leads": [str(lead) for lead in leads]}
    row.save(update_fields=["state", "values", "cursor", "reason"])


def _note(row: Erasure) -> None:
    """Write into the ledger that it cannot be called off any more; a restored backup is erased again after it."""
    values = row.values or {}
    ledger.note(
        ledger.Kind.LEAD,
        row.lead_id,
        organisation=row.organisation_id,
        ids=[lead for lead in _leads(row) if lead != row.lead_id],
        marks=marks_of(values.get("phones", ()), values.get("emails", ())),
        by=row.asked_by_id,
    )
    row.cursor |= {"noted": True}
    row.save(update_fields=["cursor"])


def _erase_some(row: Erasure) -> None:
    """Deal with some rows of one table; after the last table with the leads themselves."""
    leads, todo, place = _leads(row), steps(), row.cursor["step"]
    if place < len(todo):
        done = erase_about(todo[place], leads)
        if done:
            _count(row, todo[place].model, done)
        else:
            row.cursor |= {"step": place + 1}
    else:
        _count(row, "leads.Lead", len(leads))
        subject().strip(leads)
        subject().drop(leads)
        row.cursor |= {"table": 0}
    row.save(update_fields=["cursor", "counts"])


def _count(row: Erasure, model: str, more: int) -> None:
    # A second round after something was found does not count the leads twice.
    row.counts = row.counts | {model: more if model == "leads.Lead" else row.counts.get(model, 0) + more}


def _leads(row: Erasure) -> list[uuid.UUID]:
    return [uuid.UUID(lead) for lead in row.cursor["leads"]]


def _look(row: Erasure) -> dt.datetime | None:
    """Look through one table for what tells who the person was."""
    tables, place = sweeping.tables(), row.cursor["table"]
    if place < len(tables):
        table, names = tables[place]
        row.found = row.found | dict(sweeping.look(table, names, sweeping.pattern(row.values)))
        row.cursor |= {"table": place + 1}
        row.save(update_fields=["found", "cursor"])
        return timezone.now()
    if row.found:
        row.state = State.FOUND
        row.cursor = {"leads": row.cursor["leads"]}
        row.save(update_fields=["state", "cursor"])
    else:
        _certify(row)
    return None


def _certify(row: Erasure) -> None:
    """Write what was erased, what stays and what was looked through; forget who it was."""
    now = timezone.now()
    looked = sweeping.tables()
    said: dict[str, Any] = {
        "erased": row.counts,
        "kept": dict(kept_in_spite()),
        "looked_through": {"tables": len(looked), "columns": sum(len(names) for _table, names in looked)},
        "found": row.found,
        "at": now.isoformat(),
    }
    said["sha256"] = hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()
    row.state, row.finished_at, row.certificate = State.DONE, now, said
    row.values, row.cursor = None, {}
    row.save(update_fields=["state", "finished_at", "certificate", "values", "cursor", "why"])
    audit.record("erasure.done", by=None, subject=row, rows=sum(row.counts.values()))


def refuse_merging(leads: Collection[uuid.UUID]) -> str:
    """Return why leads that are to be erased are not merged."""
    if Erasure.objects.open().filter(lead_id__in=list(leads)).exists():
        return _("One of these leads is to be erased. It can be merged when the request is withdrawn.")
    return ""
