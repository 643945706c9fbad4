"""What privacy owes: the nightly deletion, erasing people, copies of what is held, news of documents."""

import datetime as dt
import logging
import time
import uuid

from celery import shared_task
from django.utils import timezone

from accounts.models import Organisation
from jini.lib.work import handler
from privacy.actions import (
    announcing,
    cancelling,
    deleting_account,
    ending,
    erasing,
    exporting,
    purging,
    shared_purging,
    telling_leavers,
)
from privacy.actions.counting_usage import count_days
from privacy.policies import ANNOUNCE

logger = logging.getLogger(__name__)

# Below the lease of a task; then other organisations have their turn.
TURN_SECONDS = 8
LONGEST_REST = 0.1


@handler(purging.PURGE, queue="bulk")
def purge(organisation: Organisation, _organisation_id: uuid.UUID) -> dt.datetime:
    """Count visits that are to go, then delete for a while, and say when to come again.

    Between two steps as long a rest as the step took, up to a limit: other work of the database has its turn.
    """
    until = time.monotonic() + TURN_SECONDS
    count_days(organisation)
    while (began := time.monotonic()) < until:
        if not purging.purge_some(organisation):
            return purging.next_night(organisation)
        time.sleep(min(time.monotonic() - began, LONGEST_REST))
    return timezone.now()


@handler(exporting.WRITE, queue="bulk")
def write_export(organisation: Organisation, export_id: uuid.UUID) -> dt.datetime | None:
    """Write a copy for a while."""
    until = time.monotonic() + TURN_SECONDS
    while exporting.write_on(organisation, export_id):
        if time.monotonic() > until:
            return timezone.now()
    return None


@handler(exporting.FORGET, queue="bulk", is_short=True)
def forget_export(organisation: Organisation, export_id: uuid.UUID) -> dt.datetime | None:
    """Remove the files of a copy whose time is over."""
    return exporting.forget_export(organisation, export_id)


@handler(ANNOUNCE, queue="bulk")
def announce(organisation: Organisation, organisation_id: uuid.UUID) -> None:
    """Tell the members of an organisation of new versions."""
    announcing.announce(organisation, organisation_id)


@handler(erasing.ERASE, queue="bulk")
def erase(organisation: Organisation, erasure_id: uuid.UUID) -> dt.datetime | None:
    """Erase for a while, and say when to come again."""
    until = time.monotonic() + TURN_SECONDS
    while (again := erasing.take_step(organisation, erasure_id)) is not None and again <= timezone.now():
        if time.monotonic() > until:
            break
    return again


@shared_task(name="privacy.attend")
def attend() -> None:
    """Do for a while what is due of people and of the installation: accounts to delete, records whose time is over.

    Called every minute; the rows say what is due, so a call that is lost is made up for by the next.
    """
    until = time.monotonic() + TURN_SECONDS
    for deletion_id in deleting_account.due():
        try:
            _delete_account(deletion_id, until)
        except Exception:
            logger.exception("work.failed", extra={"task": "privacy.attend"})
        if time.monotonic() > until:
            return
    while shared_purging.purge_some() and time.monotonic() < until:
        time.sleep(LONGEST_REST)


def _delete_account(deletion_id: uuid.UUID, until: float) -> None:
    telling_leavers.tell(deletion_id)
    while (again := deleting_account.take_step(deletion_id)) is not None and again <= timezone.now():
        telling_leavers.tell(deletion_id)
        if time.monotonic() > until:
            break


@handler(cancelling.CANCEL, queue="bulk")
def cancel(organisation: Organisation, cancellation_id: uuid.UUID) -> dt.datetime | None:
    """Take the account of an organisation to its end for a while, and say when to come again.

    Between two steps as long a rest as the step took, up to a limit: other work of the database has its turn.
    """
    until = time.monotonic() + TURN_SECONDS
    while (began := time.monotonic()) < until:
        again = ending.take_step(organisation, cancellation_id)
        if again is None or again > timezone.now():
            return again
        time.sleep(min(time.monotonic() - began, LONGEST_REST))
    return timezone.now()


@handler(ending.CERTIFY)
def send_certificate(organisation: Organisation, cancellation_id: uuid.UUID) -> None:
    """Send the proof that an organisation was erased."""
    ending.send_certificate(organisation, cancellation_id)


@handler(ending.ALARM)
def sound_alarm(organisation: Organisation, cancellation_id: uuid.UUID) -> None:
    """Tell the operator of what could not be erased."""
    ending.sound_alarm(organisation, cancellation_id)
