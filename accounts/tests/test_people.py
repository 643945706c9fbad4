import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts import work
from accounts.models import AuditEntry, Invitation
from accounts.permissions import Role
from accounts.tenancy import acting_for
from accounts.tests.factories import make_member

URL = "/settings/people/"
INVITE = "/settings/people/invitations/"


def said(organisation):
    with acting_for(organisation):
        return list(AuditEntry.objects.order_by("id").values_list("verb", flat=True))[1:]


def test_the_page_asks_the_same_queries_for_any_number_of_people(client_of, admin, organisation):
    client, asked = client_of(admin), []
    for count in (1, 2):
        for __ in range(count):
            make_member(organisation)
        with CaptureQueriesContext(connection) as queries:
            response = client.get(URL)
        asked.append(len(queries))

    assert len(response.context["members"]) == 5
    assert asked[0] == asked[1]


def test_people_of_another_organisation_are_not_shown(client_of, admin, outsider):
    assert outsider.user.email not in client_of(admin).get(URL).content.decode()


def test_a_manager_sees_the_people_and_no_forms(client_of, manager):
    response = client_of(manager).get(URL)

    assert response.status_code == 200
    assert INVITE not in response.content.decode()


def test_a_telecaller_does_not_see_the_people(client_of, telecaller):
    assert client_of(telecaller).get(URL).status_code == 403


def test_an_invitation_is_sent_by_the_worker(client_of, admin, organisation, mailoutbox):
    response = client_of(admin).post(INVITE, {"email": "Pooja@mail.example", "role": "manager"})

    assert response.url == URL
    invitation = Invitation.objects.get()
    assert (invitation.email, invitation.role, invitation.invited_by) == ("pooja@mail.example", "manager", admin)
    work.run(work.claim("default"))
    assert mailoutbox[0].to == ["pooja@mail.example"]
    assert "Ravi Menon invites you to Kiran Rooftop Solar on JiNi. Your role there: Manager." in mailoutbox[0].body
    assert said(organisation) == ["invitation.sent"]


def test_inviting_twice_renews_the_open_invitation(client_of, admin):
    client = client_of(admin)
    client.post(INVITE, {"email": "pooja@mail.example", "role": "manager"})
    client.post(INVITE, {"email": "POOJA@mail.example", "role": "telecaller"})

    assert Invitation.objects.get().role == "telecaller"


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"email": "pooja", "role": "manager"}, "email"),
        ({"email": "pooja@mail.example", "role": "emperor"}, "role"),
        ({"email": "pooja@mail.example", "role": "owner"}, "role"),
    ],
)
def test_a_wrong_field_is_named_and_nobody_is_invited(client_of, admin, data, field):
    response = client_of(admin).post(INVITE, data)

    assert response.status_code == 422
    assert list(response.context["form"].errors) == [field]
    assert not Invitation.objects.exists()


def test_who_belongs_here_already_is_not_invited(client_of, admin, telecaller):
    response = client_of(admin).post(INVITE, {"email": telecaller.user.email.upper(), "role": "manager"})

    assert response.status_code == 422
    assert not Invitation.objects.exists()


def test_a_manager_invites_nobody(client_of, manager):
    assert client_of(manager).post(INVITE, {"email": "a@mail.example", "role": "telecaller"}).status_code == 403


@pytest.fixture
def invitation(client_of, admin):
    client_of(admin).post(INVITE, {"email": "pooja@mail.example", "role": "telecaller"})
    return Invitation.objects.get()


def test_sending_again_shuts_the_old_link(client_of, admin, invitation, mailoutbox):
    work.run(work.claim("default"))
    client_of(admin).post(f"{INVITE}{invitation.pk}/message/")
    work.run(work.claim("default"))

    first, second = (next(line for line in mail.body.splitlines() if line.startswith("http")) for mail in mailoutbox)
    assert first != second
    assert Invitation.objects.get().token_digest != invitation.token_digest


def test_a_withdrawn_invitation_is_not_sent(client_of, admin, invitation, mailoutbox):
    client_of(admin).post(f"{INVITE}{invitation.pk}/withdrawal/")
    work.run(work.claim("default"))

    assert Invitation.objects.get().withdrawn_at is not None
    assert not mailoutbox


@pytest.mark.parametrize("step", ["message", "withdrawal"])
def test_what_is_over_stays_over(client_of, admin, invitation, step):
    client = client_of(admin)
    client.post(f"{INVITE}{invitation.pk}/withdrawal/")
    withdrawn_at = Invitation.objects.get().withdrawn_at

    assert client.post(f"{INVITE}{invitation.pk}/{step}/").url == URL
    assert Invitation.objects.get().withdrawn_at == withdrawn_at


@pytest.mark.parametrize("step", ["message", "withdrawal"])
def test_the_invitation_of_an_owner_is_not_touched_by_an_admin(client_of, admin, owner, step):
    client_of(owner).post(INVITE, {"email": "pooja@mail.example", "role": "owner"})
    before = Invitation.objects.get()

    client_of(admin).post(f"{INVITE}{before.pk}/{step}/")

    assert Invitation.objects.get().withdrawn_at is None


@pytest.mark.parametrize("step", ["message", "withdrawal"])
def test_an_invitation_of_another_organisation_is_not_found(client_of, outsider, telecaller, invitation, step):
    assert client_of(outsider).post(f"{INVITE}{invitation.pk}/{step}/").status_code == 404
    assert client_of(telecaller).post(f"{INVITE}{invitation.pk}/{step}/").status_code == 403


def test_wrong_method(client_of, admin, invitation):
    client = client_of(admin)

    assert client.post(URL).status_code == client.get(INVITE).status_code == 405
    assert client.get(f"{INVITE}{invitation.pk}/message/").status_code == 405
    assert client.get(f"{INVITE}{invitation.pk}/withdrawal/").status_code == 405


def test_the_roles_on_offer_are_ones_own_and_those_below(client_of, admin, owner):
    def offered(member):
        return [value for value, __ in client_of(member).get(URL).context["form"].fields["role"].choices]

    assert offered(admin) == ["telecaller", "manager", "admin"]
    assert offered(owner) == [role.value for role in Role]


def test_of_somebody_who_left_for_good_no_role_is_asked_or_taken(client_of, admin, telecaller):
    telecaller.deactivated_at, telecaller.former_number, telecaller.phone = timezone.now(), 3, ""
    telecaller.save()
    client, url = client_of(admin), f"/settings/people/{telecaller.pk}/"

    page = client.get(url).content.decode()
    assert "This person left for good" in page
    assert 'name="role"' not in page
    answer = client.post(url, {"role": "manager"})

    assert answer.status_code == 422
    telecaller.refresh_from_db()
    assert telecaller.role == Role.TELECALLER
