"""Messages to people who delete their account: at the start, 48 hours before, and when it is done."""

import uuid

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation

from accounts.former import HOST
from privacy.actions.deleting_account import WARNED_BEFORE
from privacy.models import AccountDeletion

State = AccountDeletion.State


def tell(deletion_id: uuid.UUID) -> bool:
    """Send the message that is due, once at most; return whether one was.

    A mail server that cannot be reached is asked again later: the message is taken only after it answered.
    """
    if not AccountDeletion.objects.filter(pk=deletion_id).open().exists():
        return False
    connection = get_connection()
    connection.open()
    try:
        message = _take(deletion_id)
        if message is not None:
            message.connection = connection
            message.send()
    finally:
        connection.close()
    return message is not None


@transaction.atomic
def _take(deletion_id: uuid.UUID) -> EmailMessage | None:
    now = timezone.now()
    rows = AccountDeletion.objects.open().select_for_update(of=("self",), skip_locked=True).select_related("user")
    row = rows.filter(pk=deletion_id).first()
    if row is None:
        return None
    if row.state == State.WAITING and row.told_at is None:
        row.told_at = now
        message = _message(row, "asked", row.user.email, row.user.language)
    elif row.state == State.WAITING and row.warned_at is None and row.due_at - WARNED_BEFORE <= now:
        row.warned_at = now
        message = _message(row, "warned", row.user.email, row.user.language)
    elif row.state == State.ERASED:
        values = row.values or {}
        message = _message(row, "done", values["emails"][0], values["language"])
        row.state, row.ended_at, row.values, row.cursor = State.DONE, now, None, {}
    else:
        return None
    row.save()
    return message


def _message(row: AccountDeletion, what: str, address: str, language: str) -> EmailMessage | None:
    # After a restore of a half erased account, nobody is behind the address any more.
    if address.endswith(HOST):
        return None
    with translation.override(language):
        context = {
            "what": what,
            "day": timezone.localtime(row.due_at).date(),
            "link": settings.PUBLIC_URL + reverse("privacy:deletion"),
            "places": sum(sum(found.values()) for found in row.found.values()),
        }
        subject = render_to_string("emails/account_deletion_subject.txt", context)
        body = render_to_string("emails/account_deletion.txt", context)
    return EmailMessage(subject=" ".join(subject.split()), body=body, to=[address])
