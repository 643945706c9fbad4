import threading

import pytest
from django.db import connection

from accounts.actions.people import LastOwner, change_role, deactivate
from accounts.models import AuditEntry, Membership
from accounts.permissions import Role
from accounts.tenancy import acting_for
from accounts.tests.factories import make_member, make_organisation


def url(member, step=""):
    return f"/settings/people/{member.pk}/{step}"


def test_an_admin_makes_a_telecaller_a_manager(client_of, admin, telecaller, organisation):
    assert client_of(admin).get(url(telecaller)).status_code == 200
    response = client_of(admin).post(url(telecaller), {"role": "manager"})

    assert response.url == "/settings/people/"
    assert Membership.objects.get(pk=telecaller.pk).role == Role.MANAGER
    with acting_for(organisation):
        entry = AuditEntry.objects.get(verb="member.role-changed")
    assert (entry.subject_id, entry.actor, entry.details) == (
        telecaller.pk,
        admin,
        {"old": "telecaller", "new": "manager"},
    )


def test_an_unknown_role_is_refused(client_of, admin, telecaller):
    response = client_of(admin).post(url(telecaller), {"role": "emperor"})

    assert response.status_code == 422
    assert list(response.context["form"].errors) == ["role"]


def test_an_admin_makes_nobody_owner(client_of, admin, telecaller):
    assert client_of(admin).post(url(telecaller), {"role": "owner"}).status_code == 422
    assert Membership.objects.get(pk=telecaller.pk).role == Role.TELECALLER


def test_an_admin_does_not_change_an_owner(client_of, admin, owner):
    client = client_of(admin)

    assert "Save role" not in client.get(url(owner)).content.decode()
    assert client.post(url(owner), {"role": "telecaller"}).status_code == 422
    client.post(url(owner, "deactivation/"))
    owner.refresh_from_db()
    assert (owner.role, owner.deactivated_at) == (Role.OWNER, None)


def test_the_last_owner_stays_owner(client_of, owner):
    client = client_of(owner)

    assert client.post(url(owner), {"role": "admin"}).status_code == 422
    client.post(url(owner, "deactivation/"))
    owner.refresh_from_db()
    assert (owner.role, owner.deactivated_at) == (Role.OWNER, None)


def test_an_owner_may_go_once_there_is_another_one(client_of, owner, admin, organisation):
    client_of(owner).post(url(admin), {"role": "owner"})
    client_of(owner).post(url(owner), {"role": "manager"})

    assert Membership.objects.get(organisation=organisation, role=Role.OWNER) == admin


@pytest.mark.django_db(transaction=True)
def test_two_owners_who_demote_each_other_at_once_leave_one():
    organisation = make_organisation()
    first = organisation.memberships.get()
    second = make_member(organisation, Role.OWNER)
    start = threading.Barrier(2)

    def demote(member, by):
        try:
            start.wait()
            with acting_for(organisation):
                change_role(member, to=Role.ADMIN, by=by)
        except LastOwner:
            pass
        finally:
            connection.close()

    threads = [threading.Thread(target=demote, args=pair) for pair in ((first, second), (second, first))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert Membership.objects.filter(organisation=organisation, role=Role.OWNER).count() == 1


def test_who_is_deactivated_is_shut_out_at_once_and_may_come_back(client_of, admin, telecaller):
    theirs = client_of(telecaller)
    assert theirs.get("/me/profile/").status_code == 200

    client_of(admin).post(url(telecaller, "deactivation/"))
    assert theirs.get("/me/profile/").status_code == 403
    assert "Let Asha Kulkarni in again" in client_of(admin).get(url(telecaller)).content.decode()

    client_of(admin).post(url(telecaller, "reactivation/"))
    assert theirs.get("/me/profile/").status_code == 200


def test_deactivating_twice_keeps_the_first_time(scope, admin, telecaller):
    deactivate(telecaller, by=admin)
    first = Membership.objects.get(pk=telecaller.pk).deactivated_at
    deactivate(telecaller, by=admin)

    assert Membership.objects.get(pk=telecaller.pk).deactivated_at == first


def test_an_admin_does_not_let_an_owner_in_again(client_of, organisation, owner, admin):
    other = make_member(organisation, Role.OWNER)
    client_of(owner).post(url(other, "deactivation/"))

    client_of(admin).post(url(other, "reactivation/"))

    other.refresh_from_db()
    assert other.deactivated_at is not None


@pytest.mark.parametrize("step", ["", "deactivation/", "reactivation/"])
def test_others_may_not(client_of, manager, outsider, telecaller, step):
    assert client_of(manager).post(url(telecaller, step)).status_code == 403
    assert client_of(outsider).post(url(telecaller, step)).status_code == 404


def test_wrong_method(client_of, admin, telecaller):
    client = client_of(admin)

    assert client.put(url(telecaller)).status_code == 405
    assert client.get(url(telecaller, "deactivation/")).status_code == 405
    assert client.get(url(telecaller, "reactivation/")).status_code == 405
