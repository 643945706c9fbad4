"""Telling people of new versions of documents: under the bell, and by e-mail too when they must accept one."""

import datetime as dt
import uuid

from django.utils import timezone

from accounts.actions.notifying import notify
from accounts.actions.reminding import MAIL
from accounts.models import Membership, Organisation
from accounts.permissions import Role
from accounts.tenancy import acting_for
from accounts.work import schedule
from privacy.models import Policy
from privacy.models.policy import AGREED

CHANGED, TO_ACCEPT = "policy.changed", "policy.to_accept"
# What was published longer ago is no news.
NEWS_FOR = dt.timedelta(days=60)


def announce(organisation: Organisation, _subject_id: uuid.UUID) -> None:
    """Tell the members of `organisation` of every new version that they were not told of; twice tells once.

    Legal notices cannot be switched off. Tables that belong to the policy are told to who is responsible: admins and owners.
    """
    since = timezone.now() - NEWS_FOR
    with acting_for(organisation):
        fresh = Policy.objects.filter(language="en", version__gt=1, published_at__gte=since)
        for policy in fresh.order_by("published_at", "kind"):
            _tell(organisation, policy)


def _tell(organisation: Organisation, policy: Policy) -> None:
    # Who came later joined with both texts before their eyes.
    people = Membership.objects.active().filter(organisation=organisation, created_at__lte=policy.published_at)
    if policy.kind not in AGREED:
        people = people.filter(role__in=(Role.ADMIN, Role.OWNER))
    new = notify(
        people,
        TO_ACCEPT if policy.is_material else CHANGED,
        url=f"{policy.get_absolute_url()}?since={policy.version - 1}",
        details={"kind": policy.kind, "version": policy.version, "from": policy.effective_from.isoformat()},
        once=f"policy:{policy.kind}.{policy.version}",
    )
    if policy.is_material:
        for notice in new:
            schedule(MAIL, notice.pk)
