"""What is owed for the rollup: counting again what changed, and a comparison every night."""

import datetime as dt
import uuid

from django.utils import timezone

from accounts.models import Organisation
from jini.lib.work import handler
from reports.actions import rollups, verification
from reports.days import day_of


@handler(rollups.RECOMPUTE, queue="bulk")
def recompute(organisation: Organisation, _subject_id: uuid.UUID) -> dt.datetime | None:
    return timezone.now() if rollups.recompute(organisation) else None


@handler(verification.VERIFY, queue="bulk")
def verify(organisation: Organisation, _subject_id: uuid.UUID) -> dt.datetime:
    verification.verify(organisation, day_of(timezone.now(), organisation.zone))
    return verification.next_night(organisation)
