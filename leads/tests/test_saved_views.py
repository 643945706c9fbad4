"""Views of the lead list: saved, shared, pinned, opened, changed and deleted."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import AuditEntry
from accounts.tenancy import acting_for
from leads.actions import saved_views
from leads.built_in_views import BUILT_IN, built_in_for
from leads.filters import asked_for, find
from leads.models import SavedView, ViewMark
from leads.tests.factories import make_lead
from leads.views_of_list import address_of, offered, opened
from teams.models import Team, TeamMembership

LIST, VIEWS, NEW = reverse("leads:list"), reverse("leads:views"), reverse("leads:view_new")
OWN, TEAM, ALL = SavedView.Sharing.OWN, SavedView.Sharing.TEAM, SavedView.Sharing.ORGANISATION


def make_view(owner, **fields):
    return SavedView.objects.create(**({"name": "Pune", "query": "city=Pune", "owner": owner} | fields))


def labels(member):
    return [view.label for view in offered(member)]


def test_a_list_is_saved_and_opened_again(client_of, telecaller, scope):
    make_lead(name="near", city="Pune", assigned_to=telecaller)
    make_lead(name="far", city="Delhi", assigned_to=telecaller)
    client = client_of(telecaller)
    address = f"{NEW}?city=Pune&sort=name&view=all&older=x"
    form = client.get(address).context["form"]
    assert form["query"].value() == "city=Pune&sort=name"

    response = client.post(address, {"name": "  My   Pune ", "query": form["query"].value()})

    view = SavedView.objects.get()
    assert (view.name, view.query, view.owner, view.sharing) == ("My Pune", "city=Pune&sort=name", telecaller, OWN)
    page = client.get(response.url)
    assert [row.name for row in page.context["page"].rows] == ["near"]
    assert page.context["opened"].label == "My Pune"
    assert not page.context["opened"].is_changed
    assert AuditEntry.objects.filter(verb="view.saved", subject_id=view.pk).exists()


def test_a_changed_list_is_put_into_the_view(client_of, telecaller, scope):
    view, client = make_view(telecaller), client_of(telecaller)
    page = client.get(f"{view.get_absolute_url()}&untouched=1")
    assert page.context["is_rewritable"]
    assert "Save the change" in page.content.decode()

    response = client.post(reverse("leads:view_query", args=[view.pk]), {"query": page.context["query"]})

    assert view.reloaded().query == "city=Pune&untouched=1"
    assert not client.get(response.url).context["opened"].is_changed


def test_a_page_further_down_is_no_change(client_of, telecaller, scope):
    view = make_view(telecaller)
    query = QueryDict(f"{view.query}&view={view.pk}&older=abc")

    assert not opened(telecaller, query).is_changed


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 61}, "name"),
        ({"name": "PUNE"}, "name"),
        ({"sharing": "world"}, "sharing"),
        ({"sharing": TEAM}, "team"),
        ({"query": "x" * 1001}, "query"),
    ],
)
def test_a_wrong_field_is_named_and_nothing_is_saved(client_of, manager, scope, fields, wrong):
    make_view(manager)
    team = Team.objects.create(name="West")
    TeamMembership.objects.create(team=team, member=manager, is_lead=True)

    response = client_of(manager).post(NEW, {"name": "Other", "sharing": OWN, "query": ""} | fields)

    assert response.status_code == 422
    assert list(response.context["form"].errors) == [wrong]
    assert SavedView.objects.count() == 1


def test_there_are_at_most_a_hundred_of_one_person(client_of, telecaller, scope):
    SavedView.objects.bulk_create(SavedView(name=str(number), owner=telecaller) for number in range(100))

    response = client_of(telecaller).post(NEW, {"name": "One more"})

    assert response.status_code == 422
    assert "100 views" in response.content.decode()


def test_a_telecaller_shares_with_nobody(client_of, telecaller, scope):
    client_of(telecaller).post(NEW, {"name": "Mine", "sharing": ALL})

    assert SavedView.objects.get().sharing == OWN


def test_who_has_a_view(scope, telecaller, colleague, manager, admin):
    upper = Team.objects.create(name="Sales")
    lower = Team.objects.create(name="West", parent=upper)
    TeamMembership.objects.create(team=lower, member=telecaller)
    TeamMembership.objects.create(team=upper, member=manager, is_lead=True)
    make_view(manager, name="own")
    make_view(manager, name="upper", sharing=TEAM, team=upper)
    make_view(manager, name="lower", sharing=TEAM, team=lower)
    make_view(manager, name="all", sharing=ALL)
    seen = {
        member: set(SavedView.objects.visible_to(member).values_list("name", flat=True))
        for member in (telecaller, colleague, manager, admin)
    }

    assert seen == {
        telecaller: {"upper", "lower", "all"},
        colleague: {"all"},
        manager: {"own", "upper", "lower", "all"},
        admin: {"all"},
    }


def test_a_shared_view_shows_nobody_more_leads(client_of, telecaller, colleague, manager, scope):
    make_lead(name="mine", city="Pune", assigned_to=telecaller)
    make_lead(name="theirs", city="Pune", assigned_to=colleague)
    view = make_view(manager, sharing=ALL)

    page = client_of(telecaller).get(view.get_absolute_url())

    assert [row.name for row in page.context["page"].rows] == ["mine"]


def test_only_its_owner_or_an_admin_changes_a_shared_view(client_of, telecaller, manager, admin, outsider, scope):
    view = make_view(manager, sharing=ALL)
    pages = [reverse(f"leads:{name}", args=[view.pk]) for name in ("view", "view_query", "view_deletion")]

    for member in (telecaller, outsider):
        assert [client_of(member).post(page, {"name": "Stolen"}).status_code for page in pages] == [404] * 3
    assert client_of(admin).post(pages[0], {"name": "Renamed", "sharing": ALL, "query": ""}).status_code == 302
    assert view.reloaded().owner == manager
    assert client_of(admin).post(pages[2]).status_code == 302
    assert not SavedView.objects.exists()


def test_a_private_view_is_not_found_by_others(client_of, telecaller, manager, admin, scope):
    view = make_view(manager)

    for member in (telecaller, admin):
        client = client_of(member)
        assert client.get(reverse("leads:view", args=[view.pk])).status_code == 404
        assert client.post(reverse("leads:view_pin", args=[view.pk])).status_code == 404
        assert client.get(LIST, {"view": view.pk}).context["opened"] is None


def test_a_view_is_pinned_to_the_top_and_taken_down(client_of, telecaller, scope):
    view, client = make_view(telecaller), client_of(telecaller)
    pin = reverse("leads:view_pin", args=[view.pk])

    for _ in range(2):
        client.post(pin, {"pinned": "1"})
    assert labels(telecaller)[0] == "Pune"
    client.post(pin)

    assert labels(telecaller)[-1] == "Pune"
    assert ViewMark.objects.count() == 1


@pytest.mark.parametrize("key", ["saved", "untouched"])
def test_the_list_opens_with_the_view_that_was_chosen(client_of, telecaller, scope, key):
    view, client = make_view(telecaller), client_of(telecaller)
    other = make_view(telecaller, name="Other")
    client.post(reverse("leads:view_opening", args=[other.pk]))
    key = str(view.pk) if key == "saved" else key

    for _ in range(2):
        client.post(reverse("leads:view_opening", args=[key]))

    address = view.get_absolute_url() if key == str(view.pk) else address_of(BUILT_IN[key])
    assert client.get(LIST).url == address
    assert client.get(LIST, {"view": "all"}).status_code == 200
    assert ViewMark.objects.filter(is_default=True).count() == 1


def test_a_default_that_is_gone_is_no_default(client_of, telecaller, manager, scope):
    view = make_view(manager, sharing=ALL)
    saved_views.open_with(str(view.pk), by=telecaller)
    SavedView.objects.filter(pk=view.pk).update(sharing=OWN)
    assert client_of(telecaller).get(LIST).status_code == 200

    saved_views.delete_view(view, by=manager)

    assert not ViewMark.objects.exists()


def test_a_view_of_a_team_that_is_gone_is_its_owners(scope, telecaller, manager):
    team = Team.objects.create(name="West")
    TeamMembership.objects.create(team=team, member=telecaller)
    make_view(manager, sharing=TEAM, team=team)
    assert SavedView.objects.visible_to(telecaller).exists()

    team.delete()

    assert not SavedView.objects.visible_to(telecaller).exists()
    assert SavedView.objects.visible_to(manager).exists()


def test_every_built_in_view_is_understood(scope, manager, telecaller):
    for view in BUILT_IN.values():
        query = view.query()
        assert sorted(asked_for(query)) == sorted(query)
        assert find(manager, query).unfit == 0
        assert not opened(manager, QueryDict(address_of(view).partition("?")[2])).is_changed
    assert {view.key for view in built_in_for(manager)} - {view.key for view in built_in_for(telecaller)} == {
        "mine",
        "unowned",
    }


def test_the_menu_and_the_page_ask_the_same_queries_for_any_number(client_of, telecaller, scope):
    client = client_of(telecaller)
    make_view(telecaller, name="0")
    for address in (VIEWS, f"{reverse('leads:view_menu')}?city=Pune&view=all"):
        client.get(address)
        with CaptureQueriesContext(connection) as before:
            client.get(address)
        for number in range(3):
            make_view(telecaller, name=f"{address}{number}"[-60:])
        with CaptureQueriesContext(connection) as after:
            page = client.get(address)
        assert len(after) == len(before)
    assert "?city=Pune" in page.content.decode()


def test_wrong_methods(client_of, telecaller, scope):
    view, client = make_view(telecaller), client_of(telecaller)

    for name in ("view_query", "view_deletion", "view_pin", "view_opening"):
        assert client.get(reverse(f"leads:{name}", args=[view.pk])).status_code == 405
    assert client.post(VIEWS).status_code == client.post(reverse("leads:view_menu")).status_code == 405
    assert client.put(NEW).status_code == 405


def test_an_unknown_view_is_not_pinned(client_of, telecaller):
    assert client_of(telecaller).post(reverse("leads:view_pin", args=["nonsense"])).status_code == 404


def test_another_organisation_has_none_of_it(scope, manager, rival, outsider):
    make_view(manager, sharing=ALL)

    with acting_for(rival):
        assert "Pune" not in labels(outsider)


@pytest.mark.parametrize("fields", [{"name": "PUNE"}, {"name": "Other", "sharing": OWN, "team": True}])
def test_constraints(scope, manager, fields):
    make_view(manager)
    if fields.get("team"):
        fields = fields | {"team": Team.objects.create(name="West")}

    with pytest.raises(IntegrityError), transaction.atomic():
        make_view(manager, **fields)


def test_one_default_for_a_member(scope, manager):
    ViewMark.objects.create(member=manager, view="all", is_default=True)

    with pytest.raises(IntegrityError), transaction.atomic():
        ViewMark.objects.create(member=manager, view="mine", is_default=True)
