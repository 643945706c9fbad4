"""The bin: what a deleted lead is gone from, how it comes back, and when it goes for good."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import DueTask
from accounts.permissions import Role
from accounts.tenancy import acting_for
from accounts.tests.factories import make_member
from jini.lib.work import handler_of
from leads.actions.binning import EMPTY, KEPT_FOR, delete_lead, restore_lead
from leads.actions.creating import create_lead
from leads.actions.editing import PhoneTaken, edit_lead
from leads.importing.loading import known_leads
from leads.models import Activity, FollowUp, Lead, LeadPhone, LeadTag, Tag
from leads.searching import search
from leads.tests.factories import make_follow_up, make_lead
from teams.models import Team

PHONE = "+919000012399"


@pytest.fixture
def lead(scope, telecaller):
    return make_lead(name="Suresh Patil", phone=PHONE, assigned_to=telecaller)


@pytest.fixture
def binned(lead, manager):
    return delete_lead(lead, by=manager)


def test_a_deleted_lead_is_gone_from_lists_search_and_keys(lead, manager, telecaller):
    LeadPhone.objects.create(lead=lead, phone="+919000012398")
    task = make_follow_up(lead, telecaller)

    delete_lead(lead, by=manager)

    assert Lead.objects.count() == 0
    assert Lead.everything.get().deleted_by == manager
    assert not search(Lead.objects.all(), "suresh").leads.exists()
    assert not search(Lead.objects.all(), "12398").leads.exists()
    assert known_leads([PHONE], {}) == {}
    assert not FollowUp.objects.open().exists()
    assert not FollowUp.objects.within_reach_of(manager).exists()
    # Nothing of it is cancelled: it comes back with the lead.
    assert task.reloaded().cancelled_at is None


def test_deleting_twice_is_done_once(lead, manager, admin):
    delete_lead(lead, by=manager)
    delete_lead(lead, by=admin)

    assert Lead.everything.get().deleted_by == manager
    assert Activity.objects.filter(lead=lead, kind="bin").count() == 1


def test_its_number_is_free_for_another_lead(binned, manager):
    create_lead({"name": "New", "phone": PHONE}, by=manager)

    with pytest.raises(PhoneTaken) as refusal:
        restore_lead(binned, by=manager)

    assert refusal.value.lead.name == "New"
    assert Lead.everything.get(pk=binned.pk).deleted_at is not None


def test_two_leads_that_are_kept_never_have_one_number(lead):
    with pytest.raises(IntegrityError, match="lead_phone_once"), transaction.atomic():
        make_lead(phone=PHONE)


def test_when_and_by_whom_stand_together(lead):
    with pytest.raises(IntegrityError, match="lead_deleted_at_and_by"), transaction.atomic():
        Lead.objects.filter(pk=lead.pk).update(deleted_at=timezone.now())


def test_restoring_brings_it_back_as_it_was(binned, manager, telecaller):
    restored = restore_lead(restore_lead(binned, by=manager), by=manager)

    assert (restored.name, restored.assigned_to, restored.deleted_by) == ("Suresh Patil", telecaller, None)
    events = Activity.objects.filter(lead=restored, kind="bin").order_by("pk").values_list("details__event", flat=True)
    assert list(events) == ["deleted", "restored"]


def test_what_is_under_way_on_a_lead_that_goes_is_still_written(binned, manager):
    assert edit_lead(binned, {"city": "Pune"}, by=manager).city == "Pune"


def test_the_pages(client_of, lead, manager):
    client = client_of(manager)
    assert client.get(reverse("leads:bin")).context["page"].rows == []

    client.post(reverse("leads:removal", args=[lead.pk]))
    page = client.get(reverse("leads:bin"))
    assert [row.pk for row in page.context["page"].rows] == [lead.pk]
    own = client.get(lead.get_absolute_url())
    assert own.status_code == 200
    assert reverse("leads:restoration", args=[lead.pk]) in own.content.decode()
    assert client.post(reverse("leads:notes", args=[lead.pk]), {"text": "hello"}).status_code == 404

    assert client.post(reverse("leads:restoration", args=[lead.pk])).url == lead.get_absolute_url()
    assert client.get(lead.get_absolute_url()).context["lines"][0].title == "Restored from the bin"


def test_a_telecaller_neither_deletes_nor_sees_the_bin(client_of, lead, manager, telecaller):
    client = client_of(telecaller)
    assert client.post(reverse("leads:removal", args=[lead.pk])).status_code == 403
    assert client.get(reverse("leads:bin")).status_code == 403
    assert reverse("leads:removal", args=[lead.pk]) not in client.get(lead.get_absolute_url()).content.decode()

    delete_lead(lead, by=manager)

    assert client.get(lead.get_absolute_url()).status_code == 404
    assert client.post(reverse("leads:restoration", args=[lead.pk])).status_code == 403


def test_a_refused_restoration_names_the_other_lead_only_to_who_sees_it(client_of, binned, manager):
    other = create_lead({"name": "Other", "phone": PHONE}, by=manager)

    answer = client_of(manager).post(reverse("leads:restoration", args=[binned.pk]))

    assert answer.status_code == 409
    assert other.get_absolute_url() in answer.content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_the_bin_asks_the_same_queries_for_any_number(
    client_of, scope, manager, telecaller, count, django_assert_num_queries
):
    for _ in range(count):
        delete_lead(make_lead(assigned_to=telecaller), by=manager)
    client = client_of(manager)
    client.get(reverse("leads:bin"))

    with django_assert_num_queries(15):
        client.get(reverse("leads:bin"))


def age(*leads):
    long_ago = timezone.now() - KEPT_FOR - dt.timedelta(minutes=1)
    Lead.everything.filter(pk__in=[lead.pk for lead in leads]).update(deleted_at=long_ago)


def test_after_its_time_it_goes_for_good_with_all_that_hangs_on_it(organisation, lead, manager, telecaller):
    kept, called = make_lead(), make_lead(attempts=1)
    make_follow_up(lead, telecaller)
    LeadTag.objects.create(lead=lead, tag=Tag.objects.create(name="Expo"))
    for each in (lead, kept, called):
        delete_lead(each, by=manager)
    assert DueTask.objects.filter(task=EMPTY, subject_id=organisation.pk).count() == 1
    age(lead, called)

    again = handler_of(EMPTY).run(organisation, organisation.pk)

    assert set(Lead.everything.values_list("pk", flat=True)) == {kept.pk, called.pk}
    assert again == Lead.everything.get(pk=kept.pk).deleted_at + KEPT_FOR
    assert not FollowUp.objects.exists()
    assert handler_of(EMPTY).run(organisation, organisation.pk) == again


def test_a_manager_finds_only_what_they_see_in_the_bin(client_of, organisation, binned, scope):
    Team.objects.create(name="Elsewhere")
    other = make_member(organisation, Role.MANAGER)
    with acting_for(organisation):
        client = client_of(other)
    assert client.get(reverse("leads:bin")).context["page"].rows == []
    assert client.get(binned.get_absolute_url()).status_code == 404
    assert client.post(reverse("leads:restoration", args=[binned.pk])).status_code == 404
