"""The pages of copies: who may ask for one, and who may fetch it."""

import pytest
from django.core.files.storage import FileSystemStorage
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import AuditEntry, Membership
from accounts.permissions import Role
from accounts.tenancy import acting_for
from accounts.tests.factories import PASSWORD, make_member
from dialer.tests.factories import make_call
from leads.tests.factories import make_lead
from privacy.actions import exporting
from privacy.models import Export, ExportPart

OWN, MINE, ALL = (reverse(f"privacy:{name}") for name in ("own", "own_export", "organisation_export"))


@pytest.fixture(autouse=True)
def storage(monkeypatch, tmp_path):
    monkeypatch.setattr(ExportPart._meta.get_field("file"), "storage", FileSystemStorage(location=tmp_path))


def trusted(client, address):
    """Give the password that the page asks for."""
    answer = client.post(address)
    assert answer.url.startswith(reverse("account_reauthenticate"))
    assert client.post(answer.url, {"password": PASSWORD}).url == address
    return client


def finished(client, address, organisation):
    page = trusted(client, address).post(address).url
    with acting_for(organisation):
        export = Export.objects.order_by("-created_at").first()
    while exporting.write_on(organisation, export.pk):
        pass
    return page, export


def test_everybody_sees_what_is_held_about_them(client_of, telecaller):
    text = client_of(telecaller).get(OWN).content.decode()

    assert "Account of a person" in text
    assert "Place of a person in an organisation" in text


def test_the_page_asks_the_same_queries_however_much_is_held(client_of, telecaller, scope):
    client = client_of(telecaller)
    client.get(OWN)
    asked = []
    for calls in (1, 2):
        for _ in range(calls):
            make_call(make_lead(), telecaller)
        with CaptureQueriesContext(connection) as queries:
            client.get(OWN)
        asked.append(len(queries))

    assert asked[0] == asked[1]


def test_a_copy_of_ones_own_data_is_written_and_fetched(client_of, telecaller, organisation):
    client = client_of(telecaller)
    page, export = finished(client, MINE, organisation)
    text = client.get(page).content.decode()
    part = reverse("privacy:export_part", args=[export.pk, 1])
    answer = client.get(part)

    assert "Ready" in text
    assert part in text
    assert b"".join(answer.streaming_content)[:2] == b"PK"
    assert answer.headers["Cache-Control"] == "no-store"
    assert 'filename="jini-mine-' in answer.headers["Content-Disposition"]
    with acting_for(organisation):
        assert AuditEntry.objects.filter(verb="export.fetched", subject_id=export.pk).count() == 1
    assert client.get(OWN).content.decode().count(page) == 1


def test_while_it_is_written_the_page_says_how_far_and_it_can_be_stopped(client_of, telecaller):
    client = client_of(telecaller)
    page = trusted(client, MINE).post(MINE).url

    assert "Being written" in client.get(page).content.decode()
    assert "is being written" in client.post(MINE).content.decode()
    assert "Stopped" in client.post(f"{page}stop/", follow=True).content.decode()


def test_nobody_else_fetches_it(client_of, telecaller, organisation, owner, outsider):
    _, export = finished(client_of(telecaller), MINE, organisation)
    part = reverse("privacy:export_part", args=[export.pk, 1])

    for other in (owner, outsider, make_member(organisation, Role.ADMIN)):
        assert client_of(other).get(part).status_code == 404
        assert client_of(other).get(export.get_absolute_url()).status_code == 404


def test_who_is_no_owner_any_more_does_not_fetch_everything(client_of, organisation, owner):
    client = client_of(owner)
    _, export = finished(client, ALL, organisation)
    part = reverse("privacy:export_part", args=[export.pk, 1])
    assert b"".join(client.get(part).streaming_content)
    Membership.objects.filter(pk=owner.pk).update(role=Role.ADMIN)

    assert client.get(part).status_code == 404


def test_only_an_owner_exports_the_organisation(client_of, telecaller, manager, admin, owner):
    assert [client_of(member).get(ALL).status_code for member in (telecaller, manager, admin, owner)] == [
        403, 403, 403, 200,
    ]  # fmt: skip
    assert ALL in client_of(owner).get(reverse("accounts:settings")).content.decode()
    assert ALL not in client_of(admin).get(reverse("accounts:settings")).content.decode()


def test_a_lead_is_copied_by_an_admin_who_sees_it(client_of, manager, admin, outsider, scope):
    lead = make_lead()
    address = reverse("privacy:lead_export", args=[lead.pk])

    assert client_of(manager).get(address).status_code == 403
    assert client_of(outsider).get(address).status_code in {403, 404}
    assert lead.name in client_of(admin).get(address).content.decode()
    page, _ = finished(client_of(admin), address, scope)
    assert page.startswith("/exports/")


def test_after_its_time_nothing_is_fetched(client_of, telecaller, organisation):
    client = client_of(telecaller)
    page, export = finished(client, MINE, organisation)
    with acting_for(organisation):
        Export.objects.update(until=export.created_at)
    exporting.forget_export(organisation, export.pk)

    assert client.get(reverse("privacy:export_part", args=[export.pk, 1])).status_code == 404
    assert "Its files are removed" in client.get(page).content.decode()


def test_wrong_verbs(client_of, telecaller):
    client = client_of(telecaller)

    assert client.post(OWN).status_code == 405
    assert client.put(MINE).status_code == 405
