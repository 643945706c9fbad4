"""Inviting people by e-mail, and their coming in."""

import uuid
from typing import Any

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation

from accounts import audit
from accounts.actions.joining import create_person
from accounts.actions.people import AboveOwnRole, roles_below
from accounts.models import Invitation, Membership, Organisation, User
from accounts.models.invitation import digest
from accounts.permissions import Role
from accounts.tenancy import acting_for
from accounts.work import schedule
from jini.lib.acceptance import Acceptance


class AlreadyMember(Exception):
    """The person belongs to the organisation already; a deactivated one is reactivated instead."""


class NotOpen(Exception):
    """The invitation was accepted, withdrawn, has expired, or never existed."""


class OtherPerson(Exception):
    """The invitation went to another address than that of who is signed in."""


@transaction.atomic
def invite(email: str, *, role: Role, by: Membership) -> Invitation:
    """Invite `email` into the organisation of `by`; an invitation that is still open is renewed with the new role.

    Raises `AboveOwnRole` and `AlreadyMember`. A worker sends the message.
    """
    if role not in roles_below(by):
        raise AboveOwnRole
    if Membership.objects.filter(organisation=by.organisation, user__email__iexact=email).exists():
        raise AlreadyMember
    pending = Invitation.objects.select_for_update().filter(
        organisation=by.organisation, email__iexact=email, accepted_at=None, withdrawn_at=None
    )
    invitation = pending.first() or Invitation(organisation=by.organisation, email=email.lower())
    invitation.role, invitation.invited_by = role, by
    # Until the message leaves with a secret of its own, nobody holds the one of this token.
    invitation.issue_token()
    invitation.save()
    schedule("accounts.deliver_invitation", invitation.pk)
    audit.record("invitation.sent", by=by, subject=invitation, role=role)
    return invitation


@transaction.atomic
def resend(invitation: Invitation, *, by: Membership) -> None:
    """Send a fresh link, which shuts the old one; raise `NotOpen` or `AboveOwnRole`."""
    invitation = _pending(invitation, by=by)
    schedule("accounts.deliver_invitation", invitation.pk)
    audit.record("invitation.sent", by=by, subject=invitation, role=invitation.role)


@transaction.atomic
def withdraw(invitation: Invitation, *, by: Membership) -> None:
    """Shut the link; raise `NotOpen` or `AboveOwnRole`."""
    invitation = _pending(invitation, by=by)
    invitation.withdrawn_at = timezone.now()
    invitation.save(update_fields=["withdrawn_at"])
    audit.record("invitation.withdrawn", by=by, subject=invitation)


def _pending(invitation: Invitation, *, by: Membership) -> Invitation:
    found = Invitation.objects.select_for_update().get(pk=invitation.pk)
    if found.accepted_at or found.withdrawn_at:
        raise NotOpen
    if Role(found.role) not in roles_below(by):
        raise AboveOwnRole
    return found


def deliver(invitation_id: uuid.UUID) -> None:
    """Send the message of an invitation that is still open. Each message carries a fresh secret, kept nowhere."""
    with transaction.atomic():
        invitation = (
            Invitation.objects.select_for_update(of=("self",))
            .select_related("organisation", "invited_by__user")
            .filter(pk=invitation_id, accepted_at=None, withdrawn_at=None)
            .first()
        )
        if invitation is None:
            return
        token = invitation.issue_token()
        invitation.save(update_fields=["token_digest", "expires_at"])
    context = {"invitation": invitation, "link": settings.PUBLIC_URL + reverse("accounts:invitation", args=[token])}
    with translation.override(invitation.invited_by.user.language):
        subject = render_to_string("emails/invitation_subject.txt", context).strip()
        body = render_to_string("emails/invitation.txt", context)
    EmailMessage(subject=subject, body=body, to=[invitation.email]).send()


def invitation_of(token: str) -> Invitation:
    """Return the open invitation behind a link; raise `NotOpen`."""
    found = (
        Invitation.objects.open()
        .filter(token_digest=digest(token), organisation__state=Organisation.State.ACTIVE)
        .select_related("organisation", "invited_by__user")
        .first()
    )
    if found is None:
        raise NotOpen
    return found


@transaction.atomic
def accept_as(user: User, *, token: str) -> Membership:
    """Let `user`, who has an account, into the organisation that invited their address.

    Raises `NotOpen`, `OtherPerson` and `AlreadyMember`.
    """
    invitation = _taken(token)
    addresses = EmailAddress.objects.filter(user=user, verified=True, email__iexact=invitation.email)
    if not addresses.exists():
        raise OtherPerson
    return _let_in(user, invitation)


@transaction.atomic
def accept_anew(*, token: str, person: dict[str, Any], accepted: Acceptance, seen: dict[str, Any]) -> Membership:
    """Create the invited person, whose link proves the address, and let them in. Raises `NotOpen`, `AlreadyMember`.

    `person` holds password, first_name, last_name and language.
    """
    invitation = _taken(token)
    if User.objects.filter(email__iexact=invitation.email).exists():
        raise AlreadyMember
    user = create_person(email=invitation.email, is_verified=True, **person)
    accepted.record(user, **seen)
    return _let_in(user, invitation)


def _taken(token: str) -> Invitation:
    # The lock makes two clicks at once one membership.
    locked = Invitation.objects.select_for_update().filter(pk=invitation_of(token).pk, accepted_at=None).first()
    if locked is None:
        raise NotOpen
    return locked


def _let_in(user: User, invitation: Invitation) -> Membership:
    if Membership.objects.filter(organisation=invitation.organisation, user=user).exists():
        raise AlreadyMember
    invitation.accepted_at = timezone.now()
    invitation.save(update_fields=["accepted_at"])
    membership = Membership.objects.create(organisation=invitation.organisation, user=user, role=invitation.role)
    with acting_for(invitation.organisation):
        audit.record("invitation.accepted", by=membership, subject=invitation, role=invitation.role)
    return membership
