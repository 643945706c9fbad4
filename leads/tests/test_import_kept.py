"""Taking an import back after calling has begun: what goes, what stays and why, and what is as it was."""

import threading

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.tenancy import acting_for
from leads.actions import importing, undoing_import
from leads.actions.editing import add_note, edit_lead
from leads.models import ImportKept, Lead
from leads.tests.factories import make_follow_up, make_lead
from leads.tests.importing import import_list, step, storage  # noqa: F401 -- a fixture

pytestmark = pytest.mark.usefixtures("storage")


def phones(count):
    return "Phone,City\n" + "".join(f"90000{number:05d},Pune\n" for number in range(count))


def lead_of(number):
    return Lead.objects.get(phone=f"+9190000{number:05d}")


def undone(batch, by):
    undoing_import.start_undo(batch, by=by)
    return step(importing.UNDO, batch)


def test_what_was_touched_stays_and_says_why(client_of, scope, manager, telecaller):
    changed = make_lead(phone="+919000000004", city="Goa", name="Old")
    back = make_lead(phone="+919000000005", city="Goa")
    batch = import_list(phones(6), manager, duplicates="update")
    Lead.objects.filter(pk=lead_of(0).pk).update(attempts=1)
    make_follow_up(lead_of(1), telecaller)
    add_note(lead_of(2), "spoke", by=manager)
    edit_lead(changed, {"city": "Delhi"}, by=manager)
    batch = undone(batch, manager)

    found = {row.lead.phone[-1]: (row.why, row.fields) for row in ImportKept.objects.select_related("lead")}
    assert found == {"0": ("called", []), "1": ("follow_up", []), "2": ("worked_on", []), "4": ("changed", ["city"])}
    assert {name: batch.counts[name] for name in ("removed", "kept", "restored", "changed")} == {
        "removed": 1, "kept": 3, "restored": 1, "changed": 1,
    }  # fmt: skip
    assert (changed.reloaded().city, back.reloaded().city) == ("Delhi", "Goa")

    client, url = client_of(manager), reverse("leads:import_kept", args=[batch.pk])
    assert url in client.get(reverse("leads:import", args=[batch.pk])).content.decode()
    page = client.get(url).content.decode()
    assert "A follow-up is planned" in page
    assert "A field was changed since: City" in page
    assert [row.why for row in client.get(url, {"why": "called"}).context["page"].rows] == ["called"]
    assert len(client.get(url, {"why": "x\x00"}).context["page"].rows) == 4


def test_two_rows_of_one_lead_go_back_to_before_both(scope, manager):
    lead = make_lead(phone="+919000000001", city="Goa", name="Old")
    batch = import_list("Phone,City\n9000000001,Pune\n9000000001,Nashik\n", manager, duplicates="update")
    assert lead.reloaded().city == "Nashik"
    undone(batch, manager)

    assert lead.reloaded().city == "Goa"


def test_a_second_step_after_a_kill_does_nothing_twice(scope, manager, monkeypatch):
    monkeypatch.setattr(undoing_import, "MOST", 2)
    batch = import_list(phones(5), manager)
    undoing_import.start_undo(batch, by=manager)
    undoing_import.undo_stretch(scope, batch.pk)
    assert Lead.objects.count() == 3
    batch = step(importing.UNDO, batch)

    assert (batch.state, batch.counts["removed"], Lead.objects.count()) == ("done", 5, 0)


def test_others_do_not_see_what_stays(client_of, scope, manager, telecaller, outsider):
    url = reverse("leads:import_kept", args=[undone(import_list(phones(1), manager), manager).pk])

    assert client_of(outsider).get(url).status_code == 404
    assert client_of(telecaller).get(url).status_code == 403
    assert client_of(manager).post(url).status_code == 405


def test_a_stretch_asks_a_constant_number_of_queries(scope, manager):
    def asked(count):
        batch = import_list(phones(count), manager)
        undoing_import.start_undo(batch, by=manager)
        with CaptureQueriesContext(connection) as queries:
            undoing_import.undo_stretch(scope, batch.pk)
        return len(queries)

    assert asked(3) == asked(60)


@pytest.mark.django_db(transaction=True)
def test_a_note_written_in_the_same_moment_is_not_lost(organisation, manager):
    """Whoever comes first wins: a lead that is worked on stays, and on one that is gone nothing is written."""
    with acting_for(organisation):
        batch = import_list(phones(1), manager)
        lead = lead_of(0)
        undoing_import.start_undo(batch, by=manager)
    locked, go_on = threading.Event(), threading.Event()

    def edit():
        with acting_for(organisation):
            edit_lead(lead, {"city": "Goa"}, by=manager)
            locked.set()
            go_on.wait(5)
        connection.close()

    thread = threading.Thread(target=edit)
    thread.start()
    locked.wait(5)
    timer = threading.Timer(0.3, go_on.set)
    timer.start()
    undoing_import.undo_stretch(organisation, batch.pk)
    thread.join()
    timer.join()

    with acting_for(organisation):
        assert lead.reloaded().city == "Goa"
        assert ImportKept.objects.get().why == "worked_on"
