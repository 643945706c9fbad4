"""Removing the demonstration: here, because only this app may load it."""

import pytest
from django.core.files.storage import FileSystemStorage

from accounts.database import tenant_models
from accounts.models import AuditEntry, Membership, Organisation
from accounts.permissions import Role
from accounts.tenancy import acting_for
from leads.models import ImportBatch
from reports.demo.loading import load

URL = "/settings/demonstration/removal/"
# What was set up stays; what was recorded goes.
KEPT = {
    "accounts.auditentry",
    "teams.team",
    "teams.teammembership",
    "teams.pausecode",
    "teams.target",
    "privacy.contactpolicy",
    "leads.followupsettings",
    "leads.status",
    "leads.statusreason",
    "leads.customfield",
    "dialer.disposition",
    "dialer.dialersettings",
    "dialer.dialling",
    "dialer.incomingsettings",
    "dialer.telephonyaccount",
}


@pytest.fixture
def storage(tmp_path, monkeypatch):
    storage = FileSystemStorage(location=tmp_path)
    monkeypatch.setattr(ImportBatch._meta.get_field("file"), "storage", storage)
    return storage


def filled(organisation) -> set[str]:
    with acting_for(organisation):
        return {model._meta.label_lower for model in tenant_models() if model.objects.exists()}


def member(organisation, role):
    return Membership.objects.filter(organisation=organisation, role=role).order_by("id").first()


def test_one_click_removes_the_records_of_one_organisation_and_keeps_its_set_up(
    db, client_of, storage, django_capture_on_commit_callbacks
):
    solar, coaching = load(seed=7)
    untouched = filled(coaching)
    client = client_of(member(solar, Role.ADMIN))
    assert "Demonstration data" in client.get("/me/profile/").content.decode()

    with django_capture_on_commit_callbacks(execute=True):
        response = client.post(URL)

    assert response.url == "/"
    assert filled(solar) == KEPT
    assert filled(coaching) == untouched
    assert not Organisation.objects.get(pk=solar.pk).is_demo
    # Two lists each: those of the other organisation are still there.
    assert len(storage.listdir("")[1]) == 2
    with acting_for(solar):
        assert AuditEntry.objects.get(verb="organisation.demo-removed").details["leads.lead"] == 400
    assert "Demonstration data" not in client.get("/me/profile/").content.decode()


def test_a_real_organisation_is_never_emptied(client_of, admin, organisation):
    before = filled(organisation)

    assert client_of(admin).post(URL).status_code == 302
    assert filled(organisation) == before


def test_a_manager_may_not(client_of, manager):
    assert client_of(manager).post(URL).status_code == 403


def test_wrong_method(client_of, admin):
    assert client_of(admin).get(URL).status_code == 405
