import datetime as dt

import pytest
from allauth.account.models import EmailAddress
from django.utils import timezone

from accounts.actions.invitations import AlreadyMember, accept_anew, accept_as, deliver
from accounts.models import AuditEntry, Invitation, Membership, User
from accounts.permissions import Role
from accounts.tenancy import acting_for
from accounts.tests.factories import make_user


@pytest.fixture
def invitation(admin, organisation):
    invitation = Invitation(organisation=organisation, email="pooja@mail.example", role=Role.MANAGER, invited_by=admin)
    invitation.token = invitation.issue_token()
    invitation.save()
    return invitation


@pytest.fixture
def url(invitation):
    return f"/accounts/invitation/{invitation.token}/"


def answers(client, url, **changes):
    read = client.get(url).context["acceptance"].initial["read"]
    return {
        "first_name": "Pooja",
        "last_name": "Yadav",
        "password": "three ordinary words",
        "accepts_privacy": "on",
        "accepts_terms": "on",
        "read": read,
    } | changes


def known(email="pooja@mail.example", **fields):
    user = make_user(email=email, **fields)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def test_somebody_new_joins_and_is_signed_in(client, url, organisation):
    response = client.post(url, answers(client, url))

    assert response.url == "/"
    member = Membership.objects.get(user__email="pooja@mail.example")
    assert (member.organisation, member.role, member.name) == (organisation, Role.MANAGER, "Pooja Yadav")
    assert EmailAddress.objects.get(user=member.user).verified
    assert client.session["_auth_user_id"] == str(member.user.pk)
    with acting_for(organisation):
        assert AuditEntry.objects.get(verb="invitation.accepted").actor == member


def test_the_link_works_once(client, url):
    client.post(url, answers(client, url))
    client.logout()

    assert client.get(url).status_code == client.post(url).status_code == 410


@pytest.mark.parametrize(
    ("field", "value"),
    [("first_name", ""), ("password", "short"), ("password", "pooja@mail.ex"), ("accepts_terms", "")],
)
def test_a_wrong_field_is_named_and_nobody_joins(client, url, field, value):
    response = client.post(url, answers(client, url, **{field: value}))

    assert response.status_code == 422
    assert list(response.context["form"].errors) == [field]
    assert not User.objects.filter(email="pooja@mail.example").exists()


def test_somebody_known_signs_in_first_and_then_joins(client, url, organisation):
    user = known()

    assert f"/accounts/login/?next={url}" in client.get(url).content.decode()
    client.force_login(user)
    assert client.get(url).status_code == 200
    response = client.post(url)

    assert response.url == "/"
    assert user.memberships.get().role == Role.MANAGER
    assert client.session["organisation"] == str(organisation.pk)


def test_somebody_of_another_organisation_keeps_it(client_of, outsider, admin, organisation):
    EmailAddress.objects.create(user=outsider.user, email=outsider.user.email, verified=True)
    invitation = Invitation(
        organisation=organisation, email=outsider.user.email, role=Role.TELECALLER, invited_by=admin
    )
    token = invitation.issue_token()
    invitation.save()

    client_of(outsider).post(f"/accounts/invitation/{token}/")

    assert {member.organisation.name for member in outsider.user.memberships.all()} == {
        "Kiran Rooftop Solar",
        "Rival Traders",
    }


def test_another_person_does_not_take_the_invitation(client_of, url, outsider):
    client = client_of(outsider)

    assert "you are signed in as" in client.get(url).content.decode()
    assert client.post(url).status_code == 422
    assert outsider.user.memberships.count() == 1


def test_an_unverified_address_does_not_take_it_either(client, url):
    user = make_user(email="pooja@mail.example")
    client.force_login(user)

    assert client.post(url).status_code == 422
    assert not user.memberships.exists()


@pytest.mark.parametrize(
    "change",
    [
        {"expires_at": timezone.now() - dt.timedelta(seconds=1)},
        {"withdrawn_at": timezone.now()},
        {"accepted_at": timezone.now()},
    ],
)
def test_a_closed_invitation_says_so(client, url, change):
    Invitation.objects.update(**change)

    assert client.get(url).status_code == 410


def test_a_made_up_link_says_so(client, db):
    assert client.get("/accounts/invitation/made-up/").status_code == 410


def test_who_became_a_member_meanwhile_is_not_let_in_twice(invitation, organisation):
    user = known()
    Membership.objects.create(organisation=organisation, user=user)

    with pytest.raises(AlreadyMember):
        accept_as(user, token=invitation.token)
    with pytest.raises(AlreadyMember):
        accept_anew(token=invitation.token, person={}, accepted=None, seen={})


def test_a_message_is_in_the_language_of_who_invites(invitation, mailoutbox):
    deliver(invitation.pk)

    assert mailoutbox[0].subject == "Join Kiran Rooftop Solar on JiNi"


def test_a_name_with_markup_stays_plain_in_the_message(invitation, organisation, mailoutbox):
    organisation.name = "Rao & Sons"
    organisation.save()

    deliver(invitation.pk)

    assert mailoutbox[0].subject == "Join Rao & Sons on JiNi"


def test_wrong_method(client, url):
    assert client.put(url).status_code == 405
