"""Changing a lead."""

from decimal import Decimal

import pytest

from accounts.models import AuditEntry, Membership, Organisation
from jini.lib import lead_watch
from leads.actions.creating import create_lead
from leads.actions.editing import PhoneTaken, Stale, add_note, assign, change_status, edit_lead, tag, untag
from leads.models import Activity, Lead, LeadTag, Status, StatusReason, Tag
from leads.tests.factories import make_follow_up, make_lead


def last_activity(lead: Lead) -> Activity:
    return Activity.objects.filter(lead=lead).order_by("-at", "-id")[0]


def test_an_edit_writes_what_differs_with_old_and_new(scope: Organisation, manager: Membership) -> None:
    lead = make_lead(name="Suresh Patil", city="Pune")

    edited = edit_lead(
        lead, {"name": "Suresh Patil", "city": "Nashik", "value": Decimal("185000.00")}, by=manager, version=1
    )

    assert (edited.city, edited.value, edited.version) == ("Nashik", Decimal("185000.00"), 2)
    assert lead.reloaded().city == "Nashik"
    assert last_activity(lead).details == {
        "changes": [
            {"field": "city", "old": "Pune", "new": "Nashik"},
            {"field": "value", "old": None, "new": "185000.00"},
        ]
    }
    assert AuditEntry.objects.get(verb="lead.edited").details == {"fields": ["city", "value"]}


def test_an_edit_that_changes_nothing_leaves_no_trace(scope: Organisation, manager: Membership) -> None:
    lead = make_lead(city="Pune")

    assert edit_lead(lead, {"city": "Pune"}, by=manager, version=1).version == 1
    assert not Activity.objects.exists()


def test_an_older_version_is_refused_with_the_lead_as_it_stands(scope: Organisation, manager: Membership) -> None:
    lead = make_lead(city="Pune")
    edit_lead(lead, {"city": "Nashik"}, by=manager, version=1)

    with pytest.raises(Stale) as refusal:
        edit_lead(lead, {"city": "Mumbai"}, by=manager, version=1)

    assert (refusal.value.lead.city, refusal.value.lead.version) == ("Nashik", 2)
    assert lead.reloaded().city == "Nashik"


def test_the_number_of_another_lead_is_refused_and_the_transaction_lives_on(
    scope: Organisation, manager: Membership
) -> None:
    lead, other = make_lead(), make_lead()

    with pytest.raises(PhoneTaken) as refusal:
        edit_lead(lead, {"phone": other.phone}, by=manager, version=1)

    assert refusal.value.lead == other
    assert lead.reloaded().phone == lead.phone


def test_only_the_fields_of_the_form_may_be_edited(scope: Organisation, manager: Membership) -> None:
    with pytest.raises(ValueError, match="attempts"):
        edit_lead(make_lead(), {"attempts": 0}, by=manager)


def test_a_won_status_sets_won_at_and_leaving_it_clears_it(scope: Organisation, manager: Membership) -> None:
    lead = make_lead()
    won, lost = Status.objects.get(kind="won"), Status.objects.get(kind="lost")

    assert change_status(lead, won, by=manager).won_at is not None
    assert last_activity(lead).details == {"old": str(lead.status_id), "new": str(won.pk)}
    assert change_status(lead, lost, by=manager, reason=StatusReason.objects.first()).won_at is None
    assert lead.reloaded().status == lost


def test_the_same_status_again_changes_nothing(scope: Organisation, manager: Membership) -> None:
    lead = make_lead()

    assert change_status(lead, lead.status, by=manager).version == 1
    assert not Activity.objects.exists()


def test_a_status_chosen_on_an_old_page_is_refused(scope: Organisation, manager: Membership) -> None:
    lead = make_lead()
    edit_lead(lead, {"city": "Nashik"}, by=manager)

    with pytest.raises(Stale):
        change_status(lead, Status.objects.get(kind="won"), by=manager, version=1)


def test_a_new_owner_takes_over_what_the_old_one_owed(
    scope: Organisation, manager: Membership, telecaller: Membership, colleague: Membership
) -> None:
    lead = make_lead(assigned_to=telecaller)
    task = make_follow_up(lead, telecaller)
    own = make_follow_up(lead, manager)

    assign(lead, colleague, by=manager)

    assert (task.reloaded().assigned_to, own.reloaded().assigned_to) == (colleague, manager)
    assert last_activity(lead).details == {"old": str(telecaller.pk), "new": str(colleague.pk)}


def test_a_lead_can_be_left_to_nobody(scope: Organisation, manager: Membership, telecaller: Membership) -> None:
    lead = make_lead(assigned_to=telecaller)

    freed = assign(lead, None, by=manager)

    assert (freed.assigned_to, freed.assigned_at) == (None, None)


def test_a_note_is_a_line_of_the_timeline(scope: Organisation, telecaller: Membership) -> None:
    lead = make_lead(assigned_to=telecaller)

    note = add_note(lead, "Wants the visit after ten.", by=telecaller)

    assert (note.kind, note.text, note.actor) == ("note", "Wants the visit after ten.", telecaller)


def test_a_tag_is_one_word_whatever_its_case(scope: Organisation, telecaller: Membership) -> None:
    lead, other = make_lead(), make_lead()

    first = tag(lead, " Own  roof ", by=telecaller)
    second = tag(other, "own ROOF", by=telecaller)
    tag(lead, "own roof", by=telecaller)

    assert (first.name, second) == ("Own roof", first)
    assert Tag.objects.count() == 1
    assert LeadTag.objects.filter(lead=lead).count() == 1
    assert Activity.objects.filter(lead=lead).count() == 1


def test_a_tag_comes_off_once(scope: Organisation, telecaller: Membership) -> None:
    lead = make_lead()
    word = tag(lead, "subsidy", by=telecaller)

    assert untag(lead, word, by=telecaller)
    assert not untag(lead, word, by=telecaller)


def test_a_lead_is_created_with_the_status_for_new_ones(scope: Organisation, telecaller: Membership) -> None:
    lead = create_lead({"phone": "+919000000012", "name": "Suresh Patil"}, by=telecaller, assigned_to=telecaller)

    assert (lead.status.is_initial, lead.assigned_to, lead.created_by) == (True, telecaller, telecaller)
    assert lead.assigned_at == lead.created_at
    assert last_activity(lead).kind == "created"


def test_a_number_is_created_once(scope: Organisation, telecaller: Membership) -> None:
    lead = make_lead()

    with pytest.raises(PhoneTaken) as refusal:
        create_lead({"phone": lead.phone}, by=telecaller)

    assert refusal.value.lead == lead
    assert Lead.objects.count() == 1


def test_watchers_hear_of_status_and_owner(
    scope: Organisation, manager: Membership, telecaller: Membership, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[tuple[object, str]] = []
    monkeypatch.setattr(lead_watch, "_watchers", [])
    lead_watch.watch(lambda lead_id, what: heard.append((lead_id, what)))
    lead = make_lead()

    change_status(lead, Status.objects.get(kind="lost"), by=manager, reason=StatusReason.objects.first())
    assign(lead, telecaller, by=manager)

    assert heard == [(lead.pk, lead_watch.STATUS), (lead.pk, lead_watch.OWNER)]
