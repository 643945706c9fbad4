"""Messages for answering machines: put there, removed, and left in a call."""

import hashlib
from contextlib import ExitStack
from functools import partial
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts import audit, work
from accounts.models import Membership
from dialer.calls import line
from dialer.models import Call, MessageDrop, VoicemailMessage

LEAVE = "dialer.leave_message"
MOST_MESSAGES = 20


class TooManyMessages(Exception):
    """The organisation has as many messages as it may have."""


class NameTaken(Exception):
    """Another message has this name."""


class NobodyOnTheLine(Exception):
    """The call is over, not connected, or goes through a phone of the telecaller's own."""


def add_message(upload: Any, *, name: str, content_type: str, by: Membership) -> VoicemailMessage:
    """Keep `upload`, whose content was examined; raise `TooManyMessages` or `NameTaken`."""
    digest = hashlib.sha256()
    for chunk in upload.chunks():
        digest.update(chunk)
    upload.seek(0)
    added = VoicemailMessage(
        name=name,
        bytes=upload.size,
        sha256=digest.hexdigest(),
        content_type=content_type,
        added_at=timezone.now(),
        added_by=by,
    )
    if VoicemailMessage.objects.offered().count() >= MOST_MESSAGES:
        raise TooManyMessages
    added.file.save(name, upload, save=False)
    with ExitStack() as without_row:
        # Nobody would find the bytes again.
        without_row.callback(added.file.storage.delete, str(added.file.name))
        try:
            with transaction.atomic():
                added.save()
                audit.record("voicemail.added", by=by, subject=added, bytes=added.bytes)
        except IntegrityError as error:
            raise NameTaken from error
        without_row.pop_all()
    return added


@transaction.atomic
def remove_message(message: VoicemailMessage, *, by: Membership) -> bool:
    """Remove the message for good; return whether it was still there. The bytes go when that is certain."""
    row = VoicemailMessage.objects.select_for_update(of=("self",)).get(pk=message.pk)
    if row.removed_at is not None:
        return False
    transaction.on_commit(partial(row.file.storage.delete, row.file.name))
    row.file, row.removed_at, row.removed_by = "", timezone.now(), by
    row.save(update_fields=["file", "removed_at", "removed_by"])
    audit.record("voicemail.removed", by=by, subject=row)
    return True


@transaction.atomic
def leave_message(call: Call, message: VoicemailMessage, *, by: Membership) -> MessageDrop:
    """Let `message` be played to whoever has answered, and free the telecaller at once; a second press is the first.

    The line goes on until the message has been played, and its end is heard like every other; for the telecaller it is
    over now. Raises `NobodyOnTheLine`.
    """
    found = line.locked(call.pk)
    if found is None:
        raise NobodyOnTheLine
    drop: MessageDrop | None = MessageDrop.objects.filter(call=found).first()
    if drop is not None:
        return drop
    if not found.is_live or not found.is_connected or found.mode == Call.Mode.OWN_PHONE or not found.customer_leg:
        raise NobodyOnTheLine
    drop = MessageDrop.objects.create(call=found, message=message, left_at=timezone.now(), left_by=by)
    answered_at = found.answered_at or drop.left_at
    found.talk_seconds = max(0, round((drop.left_at - answered_at).total_seconds()))
    line.end(found, Call.Status.COMPLETED)
    audit.record("voicemail.left", by=by, subject=found, message=str(message.pk))
    work.schedule(LEAVE, drop.pk)
    return drop
