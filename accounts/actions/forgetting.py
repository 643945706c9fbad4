"""Forgetting a person: in one organisation, where a number takes their place, and altogether."""

import uuid
from collections.abc import Iterable

from allauth.account.models import EmailAddress
from django.contrib.auth import get_user_model
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from accounts import former
from accounts.models import Membership, Organisation, SignInLink, User

SOME = 2_000


def become_former(memberships: Iterable[uuid.UUID]) -> int:
    """Have numbers stand for these members of one organisation, who left; return how many were given one.

    Records that they wrote and figures that they made keep their place under "Former member 3". To be called in the scope
    of the organisation and in a transaction. Who has a number keeps it.
    """
    done = 0
    rows = Membership.objects.filter(pk__in=list(memberships), former_number=None).order_by("deactivated_at", "pk")
    for member in rows.select_for_update(of=("self",)):
        # Two who leave at once wait here for each other: each has a number of their own.
        Organisation.objects.select_for_update(no_key=True).get(pk=member.organisation_id)
        others = Membership.objects.filter(organisation=member.organisation_id)
        number = (others.aggregate(most=Max("former_number"))["most"] or 0) + 1
        nobody = User(
            email=former.address(number, member.organisation_id.hex),
            is_active=False,
            erased_at=timezone.now(),
            language=User._meta.get_field("language").default,  # noqa: SLF001 -- Django's documented name
        )
        nobody.set_unusable_password()
        nobody.save()
        Membership.objects.filter(pk=member.pk).update(
            user=nobody, phone="", former_number=number, deactivated_at=member.deactivated_at or timezone.now()
        )
        done += 1
    return done


@transaction.atomic
def shut_account(user: User) -> None:
    """Have nobody sign in as `user` any more: password, addresses, links and open sign-ins go at once."""
    user.set_unusable_password()
    user.is_active = False
    user.save(update_fields=["password", "is_active"])
    EmailAddress.objects.filter(user=user).delete()
    SignInLink.objects.filter(user=user).delete()
    _end_sessions(user)


def _end_sessions(user: User) -> None:
    # The person stands inside the text of a session, so that each is read.
    mine = [
        session.pk
        for session in Session.objects.iterator(chunk_size=SOME)
        if session.get_decoded().get("_auth_user_id") == str(user.pk)
    ]
    Session.objects.filter(pk__in=mine).delete()


@transaction.atomic
def strip_account(user_id: uuid.UUID) -> None:
    """Take out of an account what tells who it was. The row stays: proofs of acceptance hang on it."""
    user = get_user_model().objects.select_for_update().get(pk=user_id)
    user.email = former.gone_address(user.pk.hex)
    user.first_name = user.last_name = user.phone = ""
    user.is_active = user.is_staff = user.is_superuser = False
    user.last_login, user.erased_at = None, timezone.now()
    user.language, user.theme = "en", User.Theme.AUTO
    user.set_unusable_password()
    user.save()
