"""The organisation of a request: decided once, one transaction, rolled back when a view fails."""

import pytest
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.db import DataError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.test import Client
from django.urls import path
from django.utils import timezone

from accounts import audit
from accounts.middleware import SESSION_KEY
from accounts.models import AuditEntry, Membership
from accounts.permissions import Permission, Role, requires
from accounts.tenancy import acting_for
from accounts.tests.factories import make_member


def who(request: HttpRequest) -> HttpResponse:
    organisation = request.organisation
    return JsonResponse({"organisation": str(organisation.pk) if organisation else None})


def writes_and_fails(request: HttpRequest) -> HttpResponse:
    audit.record("tests.wrote", by=request.member)
    raise ZeroDivisionError


def writes_and_is_not_found(request: HttpRequest) -> HttpResponse:
    audit.record("tests.wrote", by=request.member)
    raise Http404


def writes(request: HttpRequest) -> HttpResponse:
    audit.record("tests.wrote", by=request.member)
    return HttpResponse("done")


def breaks_the_transaction(request: HttpRequest) -> HttpResponse:
    audit.record("tests.wrote", by=request.member)
    try:
        Membership.objects.raw("SELECT 1/0 AS id")[0]
    except DataError as error:
        raise PermissionDenied from error
    return HttpResponse("never")


@requires(Permission.SETTINGS_EDIT)
def admins_only(request: HttpRequest) -> HttpResponse:
    return HttpResponse("settings")


urlpatterns = [
    path("who/", login_not_required(who)),
    path("fails/", writes_and_fails),
    path("missing/", writes_and_is_not_found),
    path("writes/", writes),
    path("breaks/", breaks_the_transaction),
    path("admins/", admins_only),
]
pytestmark = pytest.mark.urls(__name__)


def written(member: Membership) -> int:
    with acting_for(member.organisation):
        return AuditEntry.objects.filter(verb="tests.wrote").count()


def test_a_signed_out_request_has_no_organisation(db):
    assert Client().get("/who/").json() == {"organisation": None}


def test_a_member_is_in_their_organisation(client_of, telecaller):
    assert client_of(telecaller).get("/who/").json() == {"organisation": str(telecaller.organisation_id)}


def test_the_session_chooses_among_several(client_of, telecaller, rival):
    Membership.objects.create(user=telecaller.user, organisation=rival, role=Role.MANAGER)
    client = client_of(telecaller)
    session = client.session
    session[SESSION_KEY] = str(rival.pk)
    session.save()

    assert client.get("/who/").json() == {"organisation": str(rival.pk)}


def test_an_organisation_one_does_not_belong_to_cannot_be_chosen(client_of, telecaller, rival):
    client = client_of(telecaller)
    session = client.session
    session[SESSION_KEY] = str(rival.pk)
    session.save()

    assert client.get("/who/").json() == {"organisation": str(telecaller.organisation_id)}


def test_a_deactivated_member_is_nobody(client_of, telecaller):
    Membership.objects.update(deactivated_at=timezone.now())

    assert client_of(telecaller).get("/who/").json() == {"organisation": None}


def test_what_a_view_writes_is_kept(client_of, telecaller):
    client_of(telecaller).get("/writes/")

    assert written(telecaller) == 1


@pytest.mark.parametrize("address", ["/fails/", "/missing/"])
@pytest.mark.django_db(transaction=True)
def test_what_a_failing_view_wrote_is_undone(client_of, telecaller, address):
    client = client_of(telecaller)
    client.raise_request_exception = False

    assert client.get(address).status_code in {404, 500}
    assert written(telecaller) == 0


@pytest.mark.django_db(transaction=True)
def test_a_broken_transaction_still_ends_in_a_page(client_of, telecaller):
    response = client_of(telecaller).get("/breaks/")

    assert response.status_code == 403
    assert written(telecaller) == 0


@pytest.mark.parametrize(("role", "status"), [("telecaller", 403), ("manager", 403), ("admin", 200), ("owner", 200)])
def test_a_right_is_held_by_role(client_of, organisation, role, status):
    assert client_of(make_member(organisation, Role(role))).get("/admins/").status_code == status
