"""Merging two leads: what the kept one has afterwards, what is refused, and two people at once."""

import datetime as dt
import threading

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry
from accounts.permissions import Role
from accounts.tenancy import acting_for
from accounts.tests.factories import make_member
from jini.lib import lead_merging
from jini.lib.work import handler_of
from leads.actions.binning import EMPTY, KEPT_FOR, delete_lead, restore_lead, take_out_of_bin
from leads.actions.editing import Stale, edit_lead
from leads.actions.merging import CannotMerge, merge_leads
from leads.importing.loading import known_leads
from leads.known import known_by
from leads.merge_form import MergeForm
from leads.models import Activity, FollowUp, Lead, LeadMerge, LeadPhone, LeadTag, LikelyDuplicate, Status, Tag
from leads.tests.factories import make_field, make_follow_up, make_lead
from leads.timeline import lines_of

A, B = "+919000012301", "+919000012302"


@pytest.fixture
def keep(scope, telecaller):
    return make_lead(name="Suresh Patil", phone=A, city="Pune", assigned_to=telecaller)


@pytest.fixture
def gone(scope, colleague):
    return make_lead(name="Suresh R Patil", phone=B, email="suresh@mail.example", value="1500", assigned_to=colleague)


def merge(keep, gone, by, *choices):
    return merge_leads(keep, gone, choices=choices, by=by, versions=(keep.version, gone.version))


def numbers(lead):
    return list(lead.phones.order_by("position").values_list("phone", flat=True))


def test_the_kept_lead_has_what_was_chosen_and_all_that_hung_on_the_other(keep, gone, manager, colleague):
    task = make_follow_up(gone, colleague)
    note = Activity.objects.create(lead=gone, kind="note", at=timezone.now(), text="Bring papers")
    expo, subsidy = Tag.objects.create(name="Expo"), Tag.objects.create(name="Subsidy")
    for lead, word in ((keep, expo), (gone, expo), (gone, subsidy)):
        LeadTag.objects.create(lead=lead, tag=word)

    merge(keep, gone, manager, "name", "email", "value")

    kept, other = keep.reloaded(), Lead.everything.get(pk=gone.pk)
    assert (kept.name, kept.email, str(kept.value), kept.city) == (
        "Suresh R Patil",
        "suresh@mail.example",
        "1500.00",
        "Pune",
    )
    assert (other.merged_into, other.deleted_by, kept.version) == (kept, manager, keep.version + 1)
    assert set(kept.tags.all()) == {expo, subsidy}
    assert numbers(kept) == [B]
    assert note.reloaded().lead == kept
    # What the other owner still owed goes to the owner of the one that is kept.
    assert (task.reloaded().lead, task.reloaded().assigned_to) == (kept, keep.assigned_to)
    titles = [line.title for line in lines_of(Activity.objects.filter(lead=kept).order_by("-at", "-pk"))]
    assert titles[0] == "Merged with another lead"
    assert AuditEntry.objects.get(verb="lead.merged").details["fields"] == ["email", "name", "value"]


def test_the_other_number_still_finds_the_person(keep, gone, manager):
    LeadPhone.objects.create(lead=gone, phone="+919000012303")
    merge(keep, gone, manager, "phone")

    assert keep.reloaded().phone == B
    assert numbers(keep) == [A, "+919000012303"]
    for number in (A, B, "+919000012303"):
        assert known_by(number, manager).lead.pk == keep.pk
    assert [known.lead for known in known_leads([A, B], {}).values()] == [keep.pk]


def test_a_number_that_stood_in_another_place_is_there_once(keep, gone, manager):
    LeadPhone.objects.create(lead=keep, phone=B)
    LeadPhone.objects.create(lead=gone, phone=A)

    merge(keep, gone, manager, "phone")

    assert (keep.reloaded().phone, numbers(keep)) == (B, [A])


def test_status_owner_and_custom_fields_are_chosen_too(keep, gone, manager, colleague):
    field, unused = make_field(), make_field(is_active=False)
    won = Status.objects.get(kind=Status.Kind.WON)
    moment = timezone.now() - dt.timedelta(days=2)
    Lead.objects.filter(pk=gone.pk).update(
        status=won, won_at=moment, custom={field.key: "flat", unused.key: "old"}, legal_ground="enquiry"
    )
    gone = gone.reloaded()

    merge(keep, gone, manager, "status", "owner", field.key)

    kept = keep.reloaded()
    assert (kept.status, kept.won_at, kept.assigned_to) == (won, moment, colleague)
    assert kept.custom == {field.key: "flat", unused.key: "old"}
    assert kept.legal_ground == "enquiry"
    # One person was won once.
    assert Lead.everything.get(pk=gone.pk).won_at is None
    assert set(Activity.objects.filter(lead=kept).values_list("kind", flat=True)) == {"status", "assigned", "merge"}


def test_of_two_that_were_won_the_first_time_counts(keep, gone, manager):
    won, early = Status.objects.get(kind=Status.Kind.WON), timezone.now() - dt.timedelta(days=9)
    Lead.objects.filter(pk=keep.pk).update(status=won, won_at=timezone.now())
    Lead.objects.filter(pk=gone.pk).update(status=won, won_at=early)

    merge(keep.reloaded(), gone.reloaded(), manager)

    assert keep.reloaded().won_at == early


def test_an_answer_may_be_chosen_to_be_none(keep, gone, manager):
    field = make_field()
    Lead.objects.filter(pk=keep.pk).update(custom={field.key: "flat"})

    merge(keep.reloaded(), gone, manager, field.key, "city")

    assert (keep.reloaded().custom, keep.reloaded().city) == ({}, "")


def test_what_cannot_be_chosen_is_an_error(keep, gone, manager):
    with pytest.raises(ValueError, match="attempts"):
        merge(keep, gone, manager, "attempts")


def test_with_itself_with_one_in_the_bin_and_with_one_that_was_changed_it_is_refused(keep, gone, manager):
    with pytest.raises(CannotMerge, match="itself"):
        merge(keep, keep, manager)
    edit_lead(gone, {"city": "Nashik"}, by=manager)
    with pytest.raises(Stale):
        merge(keep, gone, manager)
    delete_lead(gone, by=manager)
    with pytest.raises(CannotMerge, match="in the bin"):
        merge(keep, gone.reloaded() if Lead.objects.filter(pk=gone.pk) else Lead.everything.get(pk=gone.pk), manager)
    assert not LeadMerge.objects.exists()
    assert numbers(keep) == []


def test_who_keeps_a_lead_for_another_reason_may_refuse(keep, gone, manager, monkeypatch):
    monkeypatch.setattr(lead_merging, "_refusals", [lambda _ids: "The lead is under a legal hold."])

    with pytest.raises(CannotMerge, match="legal hold"):
        merge(keep, gone, manager)


def test_a_merged_lead_is_not_restored_but_by_undoing(keep, gone, manager):
    merge(keep, gone, manager)
    gone = Lead.everything.get(pk=gone.pk)

    assert restore_lead(gone, by=manager).deleted_at is not None
    take_out_of_bin([gone.pk])
    assert Lead.everything.get(pk=gone.pk).deleted_at is not None


def test_after_its_time_the_other_lead_goes_and_what_was_known_of_it(client_of, organisation, keep, gone, manager):
    merge(keep, gone, manager)
    Lead.everything.filter(pk=gone.pk).update(deleted_at=timezone.now() - KEPT_FOR - dt.timedelta(minutes=1))
    handler_of(EMPTY).run(organisation, organisation.pk)

    assert not Lead.everything.filter(pk=gone.pk).exists()
    assert not LeadMerge.objects.exists()
    client = client_of(manager)
    lines = client.get(keep.get_absolute_url()).context["lines"]
    assert [(line.title, line.merge) for line in lines] == [("Merged with another lead", "")]
    assert client.get(gone.get_absolute_url()).status_code == 404


def test_the_pair_is_decided_on(keep, gone, manager):
    lead, other = sorted((keep, gone), key=lambda one: one.pk)
    pair = LikelyDuplicate.objects.create(lead=lead, other=other, reasons=["number"], score=95)

    merge(keep, gone, manager)

    assert pair.reloaded().state == "merged"


def test_the_database_refuses_half_a_merge(keep, gone, manager):
    with pytest.raises(IntegrityError, match="lead_merged_is_in_bin"), transaction.atomic():
        Lead.objects.filter(pk=gone.pk).update(merged_into=keep)
    with pytest.raises(IntegrityError, match="lead_merge_of_two"), transaction.atomic():
        LeadMerge.objects.create(keep=keep, gone=keep, merged_at=timezone.now(), merged_by=manager)


def address(keep, gone):
    return reverse("leads:merge", args=[keep.pk, gone.pk])


def sent(page):
    form = page.context["form"]
    return {
        "keep_version": form["keep_version"].value(),
        "gone_version": form["gone_version"].value(),
    } | {side.name: chosen for side, chosen in form.rows if side.name}


def test_the_page_offers_what_differs_and_prefers_what_is_not_empty(client_of, keep, gone, manager):
    client = client_of(manager)
    page = client.get(address(keep, gone))

    chosen = {side.name: what for side, what in page.context["form"].rows if side.name}
    assert chosen == {
        "name": "keep", "phone": "keep", "email": "gone", "city": "keep", "value": "gone", "owner": "keep"
    }  # fmt: skip
    answer = client.post(address(keep, gone), sent(page))

    assert answer.url == keep.get_absolute_url()
    assert keep.reloaded().email == "suresh@mail.example"
    # Its old page leads to the lead that it is a part of now.
    assert client.get(gone.get_absolute_url()).url == keep.get_absolute_url()
    assert client.get(reverse("leads:bin")).context["page"].rows == []
    assert client.post(reverse("leads:restoration", args=[gone.pk])).status_code == 404
    assert client.get(reverse("leads:merges")).context["page"].rows[0].gone_id == gone.pk
    again = client.post(address(keep, gone), sent(page))
    assert again.status_code == 409
    assert "merged by somebody else" in again.content.decode()


def test_what_was_typed_on_the_other_page_meanwhile_is_the_kept_leads(client_of, keep, gone, manager):
    merge(keep, gone, manager)
    client = client_of(manager)

    assert client.post(reverse("leads:notes", args=[gone.pk]), {"text": "Bring papers"}).url == keep.get_absolute_url()
    planned = {"due": "pick", "due_at": (timezone.localtime() + dt.timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")}
    assert client.post(reverse("leads:plan", args=[gone.pk]), planned).url == keep.get_absolute_url()
    assert Activity.objects.get(kind="note").lead == keep
    assert FollowUp.objects.get().lead == keep
    # A form that shows the other lead's fields is not about this one.
    assert client.post(reverse("leads:edit", args=[gone.pk]), {}).status_code == 404


def test_who_was_slower_sees_both_anew_with_their_choices(client_of, keep, gone, manager, telecaller):
    client = client_of(manager)
    page = client.get(address(keep, gone))
    edit_lead(keep, {"city": "Satara"}, by=telecaller)

    answer = client.post(address(keep, gone), sent(page) | {"name": "gone"})
    assert answer.status_code == 409
    assert "Satara" in answer.content.decode()
    assert {side.name: what for side, what in answer.context["form"].rows}["name"] == "gone"

    assert client.post(address(keep, gone), sent(answer)).status_code == 302
    assert keep.reloaded().name == "Suresh R Patil"


def test_an_unreadable_form_is_shown_again(client_of, keep, gone, manager):
    client = client_of(manager)
    assert client.post(address(keep, gone), {"keep_version": "x", "gone_version": "1"}).status_code == 422
    assert client.post(address(keep, gone), {}).status_code == 422
    assert client.get(address(keep, keep)).status_code == 409
    assert client.post(reverse("leads:merges")).status_code == 405


def test_a_telecaller_does_not_merge_and_nobody_what_they_do_not_see(client_of, organisation, keep, gone, telecaller):
    assert client_of(telecaller).get(address(keep, gone)).status_code == 403
    assert client_of(telecaller).get(reverse("leads:merges")).status_code == 403


def test_the_page_asks_the_same_queries_for_any_number_of_fields(
    client_of, keep, gone, manager, django_assert_num_queries
):
    client = client_of(manager)
    client.get(address(keep, gone))
    for _ in range(5):
        make_field()

    with django_assert_num_queries(16):
        client.get(address(keep, gone))


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_of_merges_asks_the_same_queries(client_of, scope, manager, count, django_assert_num_queries):
    for _ in range(count):
        merge(make_lead(), make_lead(), manager)
    client = client_of(manager)
    client.get(reverse("leads:merges"))

    with django_assert_num_queries(15):
        assert len(client.get(reverse("leads:merges")).context["page"].rows) == count


@pytest.mark.django_db(transaction=True)
def test_of_two_who_merge_into_each_other_one_wins(organisation):
    one, two = make_member(organisation, Role.MANAGER), make_member(organisation, Role.MANAGER)
    with acting_for(organisation):
        first, second = make_lead(), make_lead()
    start, refused, broken = threading.Barrier(2), [], []

    def work(keep, gone, by):
        try:
            start.wait()
            with acting_for(organisation):
                merge(keep, gone, by)
        except (CannotMerge, Stale) as refusal:
            refused.append(refusal)
        except BaseException as error:  # noqa: BLE001 -- carried to the test
            broken.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=who) for who in ((first, second, one), (second, first, two))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (broken, len(refused)) == ([], 1)
    with acting_for(organisation):
        assert (LeadMerge.objects.count(), Lead.objects.count(), FollowUp.objects.count()) == (1, 1, 0)


@pytest.mark.parametrize(
    ("mine", "theirs", "chosen"),
    [
        ("New", "Contacted", "gone"),
        ("Contacted", "New", "keep"),
        ("Contacted", "Won", "keep"),
        ("Lost", "Interested", "gone"),
        ("Lost", "New", "gone"),
        ("New", "Lost", "keep"),
        ("Lost", "Invalid", "keep"),
    ],
)
def test_the_status_that_is_further_on_is_chosen_at_first(keep, gone, mine, theirs, chosen):
    for lead, name in ((keep, mine), (gone, theirs)):
        Lead.objects.filter(pk=lead.pk).update(status=Status.objects.get(name=name))
    form = MergeForm(None, keep=keep.reloaded(), gone=gone.reloaded())

    assert {side.name: what for side, what in form.rows}["status"] == chosen
