"""Reminding a member in the ways they chose: under the bell, by e-mail, by push message."""

import uuid
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation

from accounts.actions.notifying import mark_seen, notify
from accounts.actions.pushing import PUSH
from accounts.models import Membership, Notification, Organisation, ReminderChoice
from accounts.notices import mail_of, text_of
from accounts.push import public_key
from accounts.tenancy import acting_for
from accounts.work import schedule

MAIL = "accounts.mail_notification"


def choice_of(member: Membership) -> ReminderChoice:
    """Return how `member` wants to be reminded; unsaved, with the defaults, while nothing was chosen."""
    found: ReminderChoice | None = ReminderChoice.objects.filter(member=member).first()
    return found or ReminderChoice(member=member)


@transaction.atomic
def save_choice(choice: ReminderChoice, *, by: Membership) -> ReminderChoice:
    """Keep how `by` wants to be reminded; of two saved at once the later one holds."""
    values = {name: getattr(choice, name) for name in ("by_bell", "by_mail", "by_push", "minutes_before")}
    saved: ReminderChoice = ReminderChoice.objects.update_or_create(member=by, defaults=values)[0]
    return saved


@transaction.atomic
def remind(member: Membership, kind: str, *, url: str, details: Mapping[str, Any], once: str) -> Notification | None:
    """Remind `member` in the ways they chose; None when they were reminded of this before, or chose no way.

    A reminder that is not wanted under the bell stands there as read, since a message leads to it.
    """
    choice = choice_of(member)
    is_pushed = choice.by_push and bool(public_key())
    if not (choice.by_bell or choice.by_mail or is_pushed):
        return None
    new = notify([member], kind, url=url, details=details, once=once)
    if not new:
        return None
    if not choice.by_bell:
        mark_seen(new[0])
    if choice.by_mail:
        schedule(MAIL, new[0].pk)
    if is_pushed:
        schedule(PUSH, new[0].pk)
    return new[0]


def mail(organisation: Organisation, notice_id: uuid.UUID) -> None:
    """Send a notice by e-mail, once at most: a worker that dies while sending leaves it unsent.

    A mail server that cannot be reached is asked again later, since the notice is taken only after it answered.
    """
    connection = get_connection()
    connection.open()
    try:
        with acting_for(organisation), timezone.override(organisation.zone):
            message = _message_of(notice_id)
        if message is not None:
            message.connection = connection
            message.send()
    finally:
        connection.close()


def _message_of(notice_id: uuid.UUID) -> EmailMessage | None:
    """Take the notice and write the message; None when it is taken, gone, or its reader is."""
    if not Notification.objects.filter(pk=notice_id, mailed_at=None).update(mailed_at=timezone.now()):
        return None
    notice = Notification.objects.select_related("member__user", "member__organisation").get(pk=notice_id)
    if notice.member.deactivated_at is not None:
        return None
    with translation.override(notice.member.user.language):
        text = text_of(notice.member, notice)
        choice = settings.PUBLIC_URL + reverse("accounts:reminder_choice")
        context = {"text": text, "link": settings.PUBLIC_URL + notice.url, "choice": choice}
        body = render_to_string(mail_of(notice.kind), context)
    # A subject is one line; what a lead is called may hold more.
    return EmailMessage(subject=" ".join(text.split()), body=body, to=[notice.member.user.email])
