"""Whose the leads of a list become, and who hears of an enquiry of somebody who is there already."""

import uuid
from collections import Counter

import pytest

from accounts.permissions import Role
from accounts.tests.factories import make_member
from jini.lib import lead_watch
from leads.importing.owning import in_shares
from leads.models import Activity, FollowUp, Lead, Status
from leads.tests.factories import make_follow_up, make_lead
from leads.tests.importing import import_list, look, storage, upload  # noqa: F401 -- a fixture
from teams.models import Team, TeamMembership

pytestmark = pytest.mark.usefixtures("storage")


def phones(count):
    return "Phone\n" + "".join(f"90000{number:05d}\n" for number in range(count))


def owners():
    return Counter(lead.assigned_to_id for lead in Lead.objects.filter(import_batch__isnull=False))


def test_one_person_gets_them_all(scope, manager, telecaller):
    import_list(phones(4), manager, owner_rule="one", owners=[str(telecaller.pk)])

    assert owners() == {telecaller.pk: 4}
    assert Lead.objects.first().assigned_at is not None


def test_nobody_gets_them_although_somebody_was_ticked(scope, manager, telecaller):
    import_list(phones(2), manager, owner_rule="nobody", owners=[str(telecaller.pk)])

    assert owners() == {None: 2}


def test_shares_are_kept_over_the_whole_list(scope, manager, telecaller, colleague):
    people = [str(telecaller.pk), str(colleague.pk)]
    shares = {people[0]: 3, people[1]: 1}
    import_list(phones(8), manager, owner_rule="shares", owners=people, shares=shares)

    assert owners() == {telecaller.pk: 6, colleague.pk: 2}


def test_shares_are_spread_evenly():
    one, two = uuid.uuid4(), uuid.uuid4()
    assert in_shares({one: 2, two: 2}) in ([one, two, one, two], [two, one, two, one])
    assert in_shares({one: 3, two: 1}).count(one) == 3
    assert in_shares({one: 3, two: 1})[:2] != [one, one] or in_shares({one: 3, two: 1})[2] == two


def test_who_has_the_fewest_open_leads_is_filled_up_first(scope, manager, telecaller, colleague):
    for _ in range(3):
        make_lead(assigned_to=telecaller, phone=f"+9198{uuid.uuid4().int % 10**8:08d}")
    # A lead that is won is no load.
    make_lead(assigned_to=colleague, phone="+919812345678", status=Status.objects.get(kind="won"))
    batch = import_list(phones(5), manager, owner_rule="load", owners=[str(telecaller.pk), str(colleague.pk)])

    assert owners() == {colleague.pk: 4, telecaller.pk: 1}
    assert set(batch.cursor["loads"].values()) == {4}


def test_a_column_names_the_owner_by_name_or_address(scope, manager, telecaller, colleague):
    text = (
        "Phone,Who\n9000000001,asha  KULKARNI\n"
        f"9000000002,{colleague.user.email.upper()}\n9000000003,Nobody Known\n9000000004,\n"
    )
    batch = import_list(text, manager, mapping={0: "phone", 1: "owner"}, owner_rule="column")

    assert owners() == {telecaller.pk: 1, colleague.pk: 1, None: 2}
    [row] = batch.rows.all()
    assert (row.number, row.errors) == (4, [{"field": "owner", "code": "owner_unknown"}])
    assert batch.counts["warnings"] == 1


def test_a_column_reaches_only_whom_the_importer_sees(scope, manager, telecaller, colleague):
    team = Team.objects.create(name="West")
    for member, is_lead in ((manager, True), (telecaller, False)):
        TeamMembership.objects.create(team=team, member=member, is_lead=is_lead)
    text = f"Phone,Who\n9000000001,{telecaller.user.email}\n9000000002,{colleague.user.email}\n"
    batch = look(upload(text, manager), mapping={0: "phone", 1: "owner"}, owner_rule="column")
    assert batch.preview["warnings"] == 1

    import_list(text, manager, mapping={0: "phone", 1: "owner"}, owner_rule="column")
    assert owners() == {telecaller.pk: 1, None: 1}


def test_a_name_that_two_have_is_nobodys(scope, organisation, manager, telecaller):
    make_member(organisation, Role.TELECALLER, first_name="Asha", last_name="Kulkarni")
    import_list("Phone,Who\n9000000001,Asha Kulkarni\n", manager, mapping={0: "phone", 1: "owner"}, owner_rule="column")

    assert owners() == {None: 1}


def test_the_enquiry_of_somebody_known_goes_to_the_owner_at_once(scope, manager, telecaller, colleague, monkeypatch):
    told = []
    monkeypatch.setattr(lead_watch, "_watchers", [lambda lead_id, what: told.append((lead_id, what))])
    known = make_lead(phone="+919000000001", assigned_to=telecaller, city="Goa")
    busy = make_lead(phone="+919000000002", assigned_to=telecaller)
    make_lead(phone="+919000000003")
    make_follow_up(busy, telecaller)
    options = {"owner_rule": "one", "owners": [str(colleague.pk)], "source": "Expo"}
    batch = import_list(
        "Phone,City\n9000000001,Pune\n9000000002,\n9000000003,\n9000000004,\n", manager, duplicates="give", **options
    )

    task = FollowUp.objects.get(lead=known)
    assert (task.assigned_to, task.note, task.created_by) == (telecaller, "Expo", manager)
    assert FollowUp.objects.count() == 2
    assert told == [(known.pk, lead_watch.FOLLOW_UPS)]
    assert known.reloaded().city == "Goa"
    assert known.reloaded().assigned_to == telecaller
    assert Activity.objects.filter(kind=Activity.Kind.IMPORT).count() == 3
    assert (batch.counts["duplicate"], batch.counts["new"]) == (3, 1)


def test_a_lead_that_is_not_seen_gets_no_follow_up(scope, manager, telecaller, colleague):
    team = Team.objects.create(name="West")
    TeamMembership.objects.create(team=team, member=manager, is_lead=True)
    make_lead(phone="+919000000001", assigned_to=colleague)
    import_list("Phone\n9000000001\n", manager, duplicates="give")

    assert not FollowUp.objects.exists()
