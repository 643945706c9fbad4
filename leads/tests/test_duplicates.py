"""Likely duplicates: what is found, what is not, what people decide, and how the page shows it."""

import datetime as dt

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import F
from django.db.utils import ProgrammingError
from django.urls import reverse
from django.utils import timezone

from accounts.models import DueTask
from accounts.tenancy import acting_for
from jini.lib.work import handler_of
from leads.actions import looking
from leads.actions.binning import delete_lead
from leads.actions.creating import create_lead
from leads.actions.duplicates import dismiss, reopen
from leads.actions.editing import edit_lead
from leads.actions.looking import FREQUENT, LOOK, MOST_PAIRS, PAUSE, duplicate_settings
from leads.models import DuplicateSettings, Lead, LeadPhone, LikelyDuplicate
from leads.tests.factories import make_lead

LIST = "leads:duplicates"


def age():
    """Let the changes be long enough ago to be looked at."""
    Lead.everything.update(updated_at=F("updated_at") - 2 * PAUSE)


def look(organisation):
    age()
    return handler_of(LOOK).run(organisation, organisation.pk)


def found():
    return {
        frozenset([pair.lead.name, pair.other.name]): (pair.reasons, pair.score)
        for pair in LikelyDuplicate.objects.filter(state="open").select_related("lead", "other")
    }


def test_the_same_number_in_another_place_is_found(scope):
    one, two, three, four = (make_lead(name=name) for name in "ABCD")
    LeadPhone.objects.create(lead=two, phone=one.phone)
    for lead in (three, four):
        LeadPhone.objects.create(lead=lead, phone="+912012345678")

    assert look(scope) is None

    assert found() == {frozenset("AB"): (["number"], 95), frozenset("CD"): (["number"], 95)}


def test_the_same_address_is_found_in_capitals_too(scope):
    make_lead(name="A", email="Suresh@Mail.example")
    make_lead(name="B", email="suresh@mail.example")
    make_lead(name="C")
    make_lead(name="D")

    look(scope)

    assert found() == {frozenset("AB"): (["email"], 90)}


@pytest.mark.parametrize(
    ("one", "two", "is_found"),
    [
        ("Suresh Patil", "Suresh Patel", True),
        ("Suresh Patil", "Suresh R Patil", True),
        ("Suresh Patil", "SURESH  PATIL", True),
        ("Suresh Patil", "Patil Suresh", True),
        ("सुरेश पाटिल", "सुरेश पाटील", True),
        ("Suresh Patil", "Kavita Rao", False),
        ("Suresh Patil", "Sunita Pawar", False),
    ],
)
def test_similar_names_in_one_city_are_found(scope, one, two, is_found):
    lead, other = make_lead(name=one, city="Pune"), make_lead(name=two, city="pune")
    make_lead(name=two, city="Nashik")
    make_lead(name=two)

    look(scope)

    pairs = {frozenset([pair.lead_id, pair.other_id]) for pair in LikelyDuplicate.objects.all()}
    assert pairs == ({frozenset([lead.pk, other.pk])} if is_found else set())


def test_several_reasons_say_more(scope):
    make_lead(name="Suresh Patil", city="Pune", email="s@mail.example")
    make_lead(name="Suresh Patil", city="Pune", email="s@mail.example")

    look(scope)

    pair = LikelyDuplicate.objects.get()
    assert (pair.reasons, pair.score) == (["email", "name"], 93)


def test_a_frequent_name_and_a_number_of_an_office_say_nothing(scope):
    for _ in range(FREQUENT + 2):
        lead = make_lead(name="Rahul Sharma", city="Delhi")
        LeadPhone.objects.create(lead=lead, phone="+911112345678")

    look(scope)

    assert not LikelyDuplicate.objects.exists()


def test_of_one_lead_only_so_many_are_shown(scope):
    for _ in range(MOST_PAIRS + 3):
        make_lead(email="s@mail.example")

    look(scope)

    counts = dict.fromkeys(Lead.objects.values_list("pk", flat=True), 0)
    for pair in LikelyDuplicate.objects.all():
        counts[pair.lead_id] += 1
        counts[pair.other_id] += 1
    assert 0 < max(counts.values()) <= MOST_PAIRS


def test_one_in_the_bin_is_not_found_and_its_pairs_are_not_shown(scope, manager):
    make_lead(name="A", email="s@mail.example")
    other = make_lead(name="B", email="s@mail.example")
    look(scope)
    assert LikelyDuplicate.objects.open().count() == 1

    delete_lead(other, by=manager)
    look(scope)

    assert LikelyDuplicate.objects.open().count() == 0


def test_what_was_changed_just_now_is_looked_at_after_a_while(scope):
    make_lead(email="s@mail.example")
    lead = make_lead(email="s@mail.example")

    again = handler_of(LOOK).run(scope, scope.pk)

    assert not LikelyDuplicate.objects.exists()
    assert lead.updated_at < again <= timezone.now() + PAUSE


def test_a_look_takes_steps_and_goes_on_where_it_stopped(scope, monkeypatch):
    monkeypatch.setattr(looking, "STEP", 2)
    same = timezone.now() - dt.timedelta(hours=1)
    for name in "ABCDE":
        make_lead(name=name, email=f"{'s' if name in 'AE' else name}@mail.example")
    Lead.objects.update(updated_at=same)

    assert handler_of(LOOK).run(scope, scope.pk) is None

    assert set(found()) == {frozenset("AE")}
    settings = duplicate_settings()
    assert (settings.seen_until, settings.seen_lead) == (same, Lead.objects.order_by("pk").last().pk)
    LikelyDuplicate.objects.all().delete()
    assert handler_of(LOOK).run(scope, scope.pk) is None
    assert not LikelyDuplicate.objects.exists()


def test_a_pair_that_was_dismissed_is_not_found_again(scope, manager):
    one, _two = make_lead(name="A", email="s@mail.example"), make_lead(name="B", email="s@mail.example")
    look(scope)
    pair = LikelyDuplicate.objects.get()
    assert dismiss(pair, by=manager)
    assert not dismiss(pair, by=manager)

    edit_lead(one, {"city": "Pune"}, by=manager)
    look(scope)

    assert found() == {}
    assert LikelyDuplicate.objects.get().dismissed_by == manager
    reopen(pair, by=manager)
    reopen(pair, by=manager)
    assert set(found()) == {frozenset("AB")}


def test_a_pair_whose_leads_changed_is_judged_anew(scope, manager):
    one = make_lead(name="Suresh Patil", city="Pune", email="s@mail.example")
    make_lead(name="Suresh Patil", city="Pune", email="s@mail.example")
    look(scope)
    assert LikelyDuplicate.objects.get().reasons == ["email", "name"]

    edit_lead(one, {"email": "other@mail.example"}, by=manager)
    look(scope)
    assert LikelyDuplicate.objects.get().reasons == ["name"]

    edit_lead(one.reloaded(), {"city": "Nashik"}, by=manager)
    look(scope)
    assert not LikelyDuplicate.objects.exists()


def test_another_organisations_leads_are_not_compared(scope, rival):
    make_lead(email="s@mail.example", name="Suresh Patil", city="Pune")
    with acting_for(rival):
        make_lead(email="s@mail.example", name="Suresh Patil", city="Pune")

    look(scope)

    assert not LikelyDuplicate.objects.exists()


def test_the_function_refuses_another_organisation(scope, rival):
    asked = [rival.pk, [], [], [], True, True, True, 60, 10]
    with (
        pytest.raises(ProgrammingError, match="another organisation"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(looking._LIKELY, asked)


@pytest.mark.django_db(transaction=True)
def test_a_new_and_a_changed_lead_owe_a_look_once(organisation, manager):
    with acting_for(organisation):
        lead = create_lead({"name": "A", "phone": "+919000012301"}, by=manager)
    owed = DueTask.objects.get(task=LOOK)
    assert owed.due_at > timezone.now()
    DueTask.objects.all().delete()
    with acting_for(organisation):
        edit_lead(lead, {"source": "Expo"}, by=manager)
    assert not DueTask.objects.filter(task=LOOK).exists()
    for city in ("Pune", "Nashik"):
        with acting_for(organisation):
            edit_lead(lead, {"city": city}, by=manager)

    assert DueTask.objects.filter(task=LOOK, subject_id=organisation.pk).count() == 1


def test_the_database_keeps_pairs_in_order_and_decisions_whole(scope, manager):
    one, two = sorted((make_lead(), make_lead()), key=lambda lead: lead.pk)
    with pytest.raises(IntegrityError, match="smaller_id_first"), transaction.atomic():
        LikelyDuplicate.objects.create(lead=two, other=one, score=90)
    pair = LikelyDuplicate.objects.create(lead=one, other=two, score=90)
    with pytest.raises(IntegrityError, match="likely_duplicate_once"), transaction.atomic():
        LikelyDuplicate.objects.create(lead=one, other=two, score=90)
    with pytest.raises(IntegrityError, match="dismissed_at_and_by"), transaction.atomic():
        LikelyDuplicate.objects.filter(pk=pair.pk).update(state="dismissed")
    with pytest.raises(IntegrityError, match="percent"), transaction.atomic():
        DuplicateSettings.objects.create(name_percent=10)


def make_pair(score=90, **fields):
    lead, other = sorted((make_lead(**fields), make_lead(**fields)), key=lambda one: one.pk)
    return LikelyDuplicate.objects.create(lead=lead, other=other, reasons=["email"], score=score)


def test_the_page_shows_pairs_and_takes_decisions(client_of, scope, manager):
    client = client_of(manager)
    assert "No likely duplicates" in client.get(reverse(LIST)).content.decode()
    pair, better = make_pair(70), make_pair(95)

    page = client.get(reverse(LIST))
    assert [row.pk for row in page.context["page"].rows] == [better.pk, pair.pk]
    assert page.context["page"].count_text == "2"

    assert client.post(reverse("leads:duplicate_dismissal", args=[pair.pk])).url == reverse(LIST)
    assert pair.reloaded().dismissed_by == manager
    assert client.post(reverse("leads:duplicate_reopening", args=[pair.pk])).url == reverse(LIST)
    assert pair.reloaded().state == "open"
    assert client.get(reverse("leads:duplicate_dismissal", args=[pair.pk])).status_code == 405


def test_the_lead_that_was_called_more_is_the_one_to_keep(client_of, scope, manager):
    pair = make_pair()
    Lead.objects.filter(pk=pair.other_id).update(attempts=2)

    _pair, lead, other = client_of(manager).get(reverse(LIST)).context["pairs"][0]

    assert (lead.pk, other.pk) == (pair.other_id, pair.lead_id)


def test_the_lead_page_warns_of_an_open_pair(client_of, scope, manager, telecaller):
    pair = make_pair(assigned_to=telecaller)
    address = reverse("leads:merge", args=[pair.other_id, pair.lead_id])
    assert address in client_of(manager).get(pair.other.get_absolute_url()).content.decode()
    assert "in the list twice" not in client_of(telecaller).get(pair.other.get_absolute_url()).content.decode()

    dismiss(pair, by=manager)

    assert "in the list twice" not in client_of(manager).get(pair.other.get_absolute_url()).content.decode()


def test_a_telecaller_does_not_decide(client_of, scope, telecaller):
    pair = make_pair(assigned_to=telecaller)
    client = client_of(telecaller)
    for name, ids in ((LIST, []), ("leads:duplicate_dismissal", [pair.pk]), ("leads:duplicate_look", [])):
        ask = client.get if name == LIST else client.post
        assert ask(reverse(name, args=ids)).status_code == 403


@pytest.mark.parametrize("count", [1, 4])
def test_the_page_asks_the_same_queries(client_of, scope, manager, telecaller, count, django_assert_num_queries):
    for _ in range(count):
        make_pair(assigned_to=telecaller)
    client = client_of(manager)
    client.get(reverse(LIST))

    with django_assert_num_queries(17):
        assert len(client.get(reverse(LIST)).context["pairs"]) == count


def test_looking_now_is_owed_at_once(client_of, scope, manager):
    assert client_of(manager).post(reverse("leads:duplicate_look")).url == reverse(LIST)

    assert DueTask.objects.get(task=LOOK).due_at <= timezone.now()


def test_settings_say_what_counts_and_look_at_everything_again(client_of, scope, admin):
    make_lead(name="Suresh Patil", city="Pune", email="s@mail.example")
    make_lead(name="Suresh Patel", city="Pune", email="s@mail.example")
    look(scope)
    assert LikelyDuplicate.objects.get().reasons == ["email", "name"]
    client, address = client_of(admin), reverse("leads:duplicate_settings")
    assert client.get(address).status_code == 200

    assert client.post(address, {"by_name": "on", "name_percent": "90"}).url == address
    assert DueTask.objects.filter(task=LOOK).exists()
    assert duplicate_settings().seen_until is None
    look(scope)
    assert not LikelyDuplicate.objects.exists()

    client.post(address, {"by_email": "on", "by_name": "on", "name_percent": "60"})
    look(scope)
    assert LikelyDuplicate.objects.get().reasons == ["email", "name"]


@pytest.mark.parametrize("form", [{}, {"name_percent": "60"}, {"by_name": "on", "name_percent": "20"}])
def test_settings_that_find_nothing_or_too_much_are_refused(client_of, admin, manager, form):
    address = reverse("leads:duplicate_settings")
    assert client_of(admin).post(address, form).status_code == 422
    assert client_of(manager).post(address, form).status_code == 403
