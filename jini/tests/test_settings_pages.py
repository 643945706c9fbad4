"""The settings pages of every app: who may open them, and that they change what they say."""

import pytest
from django.urls import reverse

from accounts.tenancy import acting_for
from dialer.models import Disposition
from dialer.tests.factories import make_call
from leads.models import Lead, Status
from leads.tests.factories import make_lead
from privacy.models import ContactPolicy

PAGES = [
    "leads:statuses",
    "leads:status_new",
    "leads:custom_fields",
    "leads:custom_field_new",
    "dialer:dispositions",
    "dialer:disposition_new",
    "dialer:calling_settings",
    "privacy:hours",
    "privacy:retention",
    "privacy:holds",
    "privacy:usage_counts",
]


@pytest.mark.parametrize("name", PAGES)
def test_admins_open_the_page_and_others_do_not(client_of, admin, manager, telecaller, name):
    assert client_of(admin).get(reverse(name)).status_code == 200
    assert client_of(manager).get(reverse(name)).status_code == 403
    assert client_of(telecaller).get(reverse(name)).status_code == 403


@pytest.mark.parametrize("name", ["privacy:cancellation", "privacy:organisation_export", "dialer:disposition_new"])
def test_one_page_of_the_menu_is_the_current_one(client_of, owner, name):
    groups = client_of(owner).get(reverse(name)).context["navigation"].settings

    current = [page["url"] for _group, pages in groups for page in pages if page["is_current"]]

    assert len(current) == 1
    assert reverse(name).startswith(current[0])
    assert current[0] != reverse("accounts:organisation")


def test_rows_of_another_organisation_are_not_found(client_of, outsider, organisation):
    with acting_for(organisation):
        status, disposition = Status.objects.first(), Disposition.objects.first()
    client = client_of(outsider)

    assert client.get(reverse("leads:status", args=[status.pk])).status_code == 404
    assert client.get(reverse("dialer:disposition_edit", args=[disposition.pk])).status_code == 404


@pytest.mark.parametrize(
    "name", ["leads:status_new", "leads:custom_field_new", "dialer:disposition_new", "privacy:hours", "privacy:holds"]
)
def test_an_empty_form_is_refused(client_of, admin, name):
    assert client_of(admin).post(reverse(name), {}).status_code == 422


def test_a_new_status_is_kept(client_of, admin, scope):
    fields = {"name": "Site visit", "name_hi": "", "kind": "open", "colour": "teal", "position": "9", "is_active": "on"}

    response = client_of(admin).post(reverse("leads:status_new"), fields)

    assert response.status_code == 302
    assert Status.objects.get(name="Site visit").colour == "teal"


def test_the_demonstration_is_removed_by_an_admin_once(client_of, admin, manager, telecaller, scope):
    make_call(make_lead(assigned_to=telecaller), telecaller)
    type(scope).objects.filter(pk=scope.pk).update(is_demo=True)
    address = reverse("accounts:remove_demo")

    assert client_of(manager).post(address).status_code == 403
    assert client_of(admin).get(address).status_code == 405
    for _ in range(2):
        assert client_of(admin).post(address).status_code == 302

    assert Lead.objects.count() == 0
    assert Status.objects.exists()
    scope.refresh_from_db()
    assert not scope.is_demo


def test_the_hours_page_names_the_version_of_the_rules(client_of, admin, scope):
    before = ContactPolicy.objects.get()
    form = client_of(admin).get(reverse("privacy:hours")).context["form"]
    fields = {name: form[name].value() for name in form.fields if form[name].value() not in (None, "")}
    fields["minimum_gap_minutes"] = 45

    response = client_of(admin).post(reverse("privacy:hours"), fields)

    assert response.status_code == 302, response.context["form"].errors
    after = ContactPolicy.objects.get()
    assert (after.minimum_gap_minutes, after.version) == (45, before.version + 1)
