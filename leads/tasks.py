"""What leads owe: imports in short steps, and the reminders of follow-ups."""

import datetime as dt
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

from django.utils import timezone

from accounts.models import Organisation
from jini.lib.work import handler
from leads.actions import binning, bulk, fetching, importing, looking, reminding
from leads.actions.import_settings import FETCH, TELL
from leads.actions.undoing_import import undo_stretch
from leads.importing.ahead import ReadAhead

# Well below the lease of a short task; then other organisations' lists have their turn.
TURN_SECONDS = 8
LONGEST_REST = 0.1


@handler(importing.READ, queue="bulk")
def read(organisation: Organisation, batch_id: uuid.UUID) -> None:
    """Read an uploaded file."""
    with _or_given_up(organisation, batch_id):
        importing.read_file(organisation, batch_id)


@handler(importing.PREVIEW, queue="bulk")
def preview(organisation: Organisation, batch_id: uuid.UUID) -> None:
    """Look ahead over all rows of a file."""
    with _or_given_up(organisation, batch_id):
        importing.preview(organisation, batch_id)


@handler(importing.RUN, queue="bulk", is_short=True)
def run(organisation: Organisation, batch_id: uuid.UUID) -> dt.datetime | None:
    """Import rows for a while."""
    with ReadAhead() as ahead:
        return _for_a_while(partial(importing.run_stretch, ahead=ahead), organisation, batch_id)


@handler(importing.UNDO, queue="bulk", is_short=True)
def undo(organisation: Organisation, batch_id: uuid.UUID) -> dt.datetime | None:
    """Take rows back for a while."""
    return _for_a_while(undo_stretch, organisation, batch_id)


@handler(bulk.WORK, queue="bulk")
def work_through(organisation: Organisation, job_id: uuid.UUID) -> dt.datetime | None:
    """Do something with many leads for a while.

    Between two steps as long a rest as the step took, up to a limit: other work of the database has its turn.
    """
    until = time.monotonic() + TURN_SECONDS
    while (began := time.monotonic()) < until:
        left = bulk.take_step(organisation, job_id)
        if left is bulk.Next.NOTHING:
            return None
        if left is bulk.Next.LATER:
            return timezone.now() + dt.timedelta(seconds=1)
        time.sleep(min(time.monotonic() - began, LONGEST_REST))
    return timezone.now()


@handler(bulk.FORGET, queue="bulk")
def forget(organisation: Organisation, job_id: uuid.UUID) -> dt.datetime | None:
    """Delete what is kept of a job while it can be undone, or its file be fetched."""
    until = time.monotonic() + TURN_SECONDS
    while bulk.forget(organisation, job_id):
        if time.monotonic() > until:
            return timezone.now()
    return None


@handler(binning.EMPTY, queue="bulk")
def empty_bin(organisation: Organisation, _organisation_id: uuid.UUID) -> dt.datetime | None:
    """Remove for good what has been in the bin for so long, and come again when the next lead has."""
    until, after = time.monotonic() + TURN_SECONDS, None
    while (after := binning.empty_some(organisation, after)) is not None:
        if time.monotonic() > until:
            return timezone.now()
    return binning.next_emptying(organisation)


@handler(reminding.REMIND)
def remind(organisation: Organisation, follow_up_id: uuid.UUID) -> dt.datetime | None:
    """Remind of a follow-up, and say when to come again."""
    return reminding.remind_of(organisation, follow_up_id)


@handler(looking.LOOK, queue="bulk")
def look_for_duplicates(organisation: Organisation, _organisation_id: uuid.UUID) -> dt.datetime | None:
    """Look at changed leads for a while, and come again for those that were changed just now."""
    until = time.monotonic() + TURN_SECONDS
    while (again := looking.look_on(organisation)) is not None and again <= timezone.now():
        if time.monotonic() > until:
            break
    return again


def _for_a_while(
    step: Callable[[Organisation, uuid.UUID], bool], organisation: Organisation, batch_id: uuid.UUID
) -> dt.datetime | None:
    until = time.monotonic() + TURN_SECONDS
    with _or_given_up(organisation, batch_id):
        while step(organisation, batch_id):
            if time.monotonic() > until:
                return timezone.now()
    return None


@contextmanager
def _or_given_up(organisation: Organisation, batch_id: uuid.UUID) -> Iterator[None]:
    """A file that is gone will not come back: the import says so, and is not tried for ever."""
    try:
        yield
    except FileNotFoundError:
        importing.give_up(organisation, batch_id, "file_missing")


@handler(FETCH, queue="bulk")
def fetch(organisation: Organisation, source_id: uuid.UUID) -> dt.datetime | None:
    """Ask a source for its list."""
    return fetching.fetch_source(organisation, source_id)


@handler(TELL)
def tell(organisation: Organisation, source_id: uuid.UUID) -> None:
    """Tell that a source is asked no more."""
    fetching.tell_of_pause(organisation, source_id)
