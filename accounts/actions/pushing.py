"""Browsers that show notices: saying so, taking it back, and sending."""

import logging
import uuid

from django.db import transaction
from django.utils import timezone, translation

from accounts import push
from accounts.models import Membership, Notification, Organisation, PushSubscription, ReminderChoice, User
from accounts.models.push_subscription import digest_of
from accounts.notices import text_of
from accounts.tenancy import acting_for
from jini.lib import choices

logger = logging.getLogger(__name__)

PUSH = "accounts.push_notification"
MOST_BROWSERS = 10


class Untrusted(Exception):
    """The address is not one of a known push service, its keys are none, or the installation has none."""


class NotAllowed(Exception):
    """The person has not allowed push messages, or takes that back at this moment."""


@transaction.atomic
def subscribe(*, endpoint: str, keys: dict[str, str], by: Membership) -> PushSubscription:
    """Let a browser show the notices of `by`, who may have ten: the oldest one goes.

    Raises `Untrusted`, and `NotAllowed` unless push messages are allowed.
    """
    # A withdrawal takes the same lock, so that it finds this browser or this finds it.
    User.objects.select_for_update(no_key=True).only("pk").get(pk=by.user_id)
    if not choices.is_given(by.user, choices.PUSH):
        raise NotAllowed
    has_keys = push.is_key(keys["p256dh"], 65) and push.is_key(keys["auth"], 16)
    if not (push.public_key() and push.is_trusted(endpoint) and has_keys):
        raise Untrusted
    saved: PushSubscription = PushSubscription.objects.update_or_create(
        endpoint_digest=digest_of(endpoint), defaults={"endpoint": endpoint, "keys": keys, "member": by}
    )[0]
    others = PushSubscription.objects.filter(member=by).exclude(pk=saved.pk).order_by("-created_at", "-id")
    PushSubscription.objects.filter(pk__in=list(others.values_list("pk", flat=True)[MOST_BROWSERS - 1 :])).delete()
    return saved


def push_notice(organisation: Organisation, notice_id: uuid.UUID) -> None:
    """Send a notice to the browsers of its member, once at most; a browser that is gone is forgotten."""
    with acting_for(organisation), timezone.override(organisation.zone):
        browsers, message = _taken(notice_id)
    answers = {browser.pk: push.send(browser.endpoint, browser.keys, message) for browser in browsers}
    gone = [pk for pk, answer in answers.items() if answer is push.Answer.GONE]
    for pk, answer in answers.items():
        if answer is push.Answer.FAILED:
            logger.warning("push.failed", extra={"subscription": str(pk)})
    if gone:
        with acting_for(organisation):
            PushSubscription.objects.filter(pk__in=gone).delete()


def _taken(notice_id: uuid.UUID) -> tuple[list[PushSubscription], dict[str, str]]:
    """Take the notice; return whom to send it to, and what. Nobody when it is taken, gone, or its reader is."""
    if not Notification.objects.filter(pk=notice_id, pushed_at=None).update(pushed_at=timezone.now()):
        return [], {}
    notice = Notification.objects.select_related("member__user", "member__organisation").get(pk=notice_id)
    if notice.member.deactivated_at is not None or not choices.is_given(notice.member.user, choices.PUSH):
        return [], {}
    with translation.override(notice.member.user.language):
        text = text_of(notice.member, notice)
    browsers = PushSubscription.objects.filter(member=notice.member).order_by("-created_at")[:MOST_BROWSERS]
    return list(browsers), {"text": text, "url": notice.url, "tag": str(notice.pk)}


def forget_devices(user: User) -> None:
    """Forget the browsers of `user` in every organisation; who was reminded by push alone is told under the bell."""
    for member in user.memberships.select_related("organisation"):
        with acting_for(member.organisation):
            PushSubscription.objects.filter(member=member).delete()
            pushed = ReminderChoice.objects.filter(member=member, by_push=True)
            pushed.filter(by_mail=False).update(by_bell=True)
            pushed.update(by_push=False)
