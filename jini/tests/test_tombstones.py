"""Who was erased does not come in again: by form, program, list, number, edit or call; every try is counted."""

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.tests.api import program_of
from dialer.actions.importing_calls import import_stretch
from dialer.incoming.unknown import becomes_lead
from dialer.models import CallLogImport, IncomingCall, IncomingSettings
from leads.actions import importing, undoing_import
from leads.actions.binning import delete_lead
from leads.actions.creating import create_lead
from leads.actions.editing import edit_lead
from leads.actions.merging import merge_leads
from leads.actions.numbers import add_number
from leads.erasing import strip
from leads.models import Activity, ImportKept, ImportRow, Lead, LeadPhone
from leads.tests.factories import make_lead
from leads.tests.importing import OPTIONS, import_list, step, storage, upload  # noqa: F401 -- a fixture
from privacy.models import Tombstone
from privacy.tombstones import Erased, buried, bury, digest, marks_of

PHONE, EMAIL = "+919812345670", "canary@mail.example"


@pytest.fixture
def erased(scope):
    bury(marks_of([PHONE], [EMAIL]))


def refused():
    return sum(Tombstone.objects.values_list("refused", flat=True))


def new_lead(client, **fields):
    return client.post(reverse("leads:new"), {"phone": "9812345671", "name": "A", "languages": []} | fields)


@pytest.mark.parametrize("fields", [{"phone": "98123 45670"}, {"email": "Canary@Mail.example"}])
def test_by_hand(client_of, admin, erased, fields):
    response = new_lead(client_of(admin), **fields)

    assert response.status_code == 422
    assert "was erased on request" in response.content.decode()
    assert not Lead.objects.exists()
    assert refused() == 1


def test_without_the_trace_the_same_lead_comes_in(client_of, admin, scope):
    assert new_lead(client_of(admin), phone="98123 45670").status_code == 302


def test_by_a_program(admin, erased):
    answer = program_of(admin).post("leads/", {"phone": PHONE, "name": "A"})

    assert answer.status_code == 422
    assert "was erased on request" in answer.content.decode()
    assert not Lead.objects.exists()
    assert refused() == 1


def test_by_a_list(admin, erased, storage):  # noqa: F811 -- the fixture
    batch = upload(
        f"Name,Phone,E-mail,Phone 2\nA,{PHONE},,\nB,+919812345671,{EMAIL},\nC,+919812345672,,{PHONE}\n", admin
    )
    importing.set_terms(batch, {0: "name", 1: "phone", 2: "email", 3: "phone2"}, OPTIONS, by=admin)
    seen = step(importing.PREVIEW, batch)
    assert seen.preview["error"] == 2
    assert refused() == 0
    importing.start_run(seen.reloaded(), by=admin)
    done = step(importing.RUN, batch)

    assert done.counts["error"] == 2
    assert list(Lead.objects.values_list("name", flat=True)) == ["C"]
    assert not LeadPhone.objects.exists()
    assert [row.original for row in ImportRow.objects.filter(verdict="error")] == [None, None]
    assert refused() == 2


def test_by_editing_and_by_a_further_number(client_of, admin, erased):
    lead = make_lead()

    for verb in (
        lambda: edit_lead(lead, {"phone": PHONE}, by=admin),
        lambda: edit_lead(lead, {"email": EMAIL}, by=admin),
        lambda: add_number(lead, PHONE, kind="mobile", by=admin),
        lambda: create_lead({"phone": PHONE}, by=admin),
    ):
        with pytest.raises(Erased):
            verb()
    response = client_of(admin).post(reverse("leads:number_add", args=[lead.pk]), {"number": PHONE, "kind": "mobile"})
    assert response.status_code == 422
    assert refused() == 1


def test_admins_see_how_many_tries_were_refused(client_of, admin, erased):
    client = client_of(admin)
    for _time in range(2):
        new_lead(client, phone="98123 45670")

    page = client.get(reverse("privacy:requests"))

    assert page.context["refused"] == 2
    assert "2 tries to bring erased people in again were refused." in page.content.decode()


def test_by_taking_a_lead_out_of_the_bin(client_of, admin, scope):
    lead = make_lead(phone="+919812345671", email=EMAIL)
    delete_lead(lead, by=admin)
    bury(marks_of([PHONE], [EMAIL]))

    answer = client_of(admin).post(reverse("leads:restoration", args=[lead.pk]))

    assert answer.status_code == 409
    assert "was erased on request" in answer.content.decode()
    assert not Lead.objects.exists()
    assert refused() == 1


def test_by_undoing_a_merge(client_of, admin, scope):
    kept, gone = make_lead(), make_lead(phone=PHONE)
    merge = merge_leads(kept, gone, choices=[], by=admin, versions=(kept.version, gone.version))
    bury(marks_of([PHONE], [EMAIL]))

    answer = client_of(admin).post(reverse("leads:merge_undo", args=[merge.pk]))

    assert answer.status_code == 409
    assert "was erased on request" in answer.content.decode()
    assert Lead.objects.count() == 1
    assert refused() == 1


def test_by_undoing_a_merge_that_gives_the_kept_lead_its_old_address(client_of, admin, scope):
    kept, gone = make_lead(email=EMAIL), make_lead(email="other@mail.example")
    merge = merge_leads(kept, gone, choices=["email"], by=admin, versions=(kept.version, gone.version))
    bury(marks_of([], [EMAIL]))

    answer = client_of(admin).post(reverse("leads:merge_undo", args=[merge.pk]))

    assert answer.status_code == 409
    assert kept.reloaded().email == "other@mail.example"
    assert refused() == 1


def updated_by_a_list(admin):
    """A lead whose name and address a list has changed, from those of another person; that import, to be undone."""
    lead = make_lead(phone="+919812345671", name="Canary Person", email=EMAIL)
    make_lead(phone="+919812345672", name="Before", email="before@mail.example")
    text = "Name,Phone,E-mail\nNew,+919812345671,new@mail.example\nNew,+919812345672,new2@mail.example\n"
    return lead, import_list(text, admin, duplicates="update")


def test_by_undoing_an_import(client_of, admin, scope, storage):  # noqa: F811 -- the fixture
    lead, batch = updated_by_a_list(admin)
    bury(marks_of([PHONE], [EMAIL]))
    undoing_import.start_undo(batch, by=admin)
    done = step(importing.UNDO, batch)

    lead = lead.reloaded()
    assert (lead.name, lead.email) == ("New", "new@mail.example")
    assert Lead.objects.get(phone="+919812345672").name == "Before"
    assert (done.counts["restored"], done.counts["changed"], done.counts["erased"]) == (1, 0, 1)
    assert [(row.lead, row.why, row.fields) for row in ImportKept.objects.all()] == [
        (lead, "erased", ["name", "email"])
    ]
    assert refused() == 1
    page = client_of(admin).get(reverse("leads:import", args=[batch.pk])).content.decode()
    assert "1 update is not taken back, since what was before is of a person who was erased." in page
    kept = client_of(admin).get(reverse("leads:import_kept", args=[batch.pk]), {"why": "erased"}).content.decode()
    assert "What it was before is of a person who was erased on request: Name, E-mail" in kept
    assert "Canary" not in kept


def test_without_the_question_undoing_an_import_brings_them_back(admin, scope, storage, monkeypatch):  # noqa: F811
    lead, batch = updated_by_a_list(admin)
    bury(marks_of([PHONE], [EMAIL]))
    monkeypatch.setattr(undoing_import, "not_to_come_back", lambda before: set())
    undoing_import.start_undo(batch, by=admin)
    step(importing.UNDO, batch)

    assert (lead.reloaded().name, lead.reloaded().email) == ("Canary Person", EMAIL)


def test_undoing_an_import_leaves_an_erased_lead_empty(admin, owner, scope, storage):  # noqa: F811 -- the fixture
    lead, batch = updated_by_a_list(admin)
    strip([lead.pk])
    undoing_import.start_undo(batch, by=admin)
    done = step(importing.UNDO, batch)

    assert done.state == "done"
    assert Lead.everything.get(pk=lead.pk).name == ""
    assert not Activity.objects.filter(lead=lead, details__verdict="undone").exists()


def test_undoing_an_import_writes_nothing_on_a_lead_that_is_being_erased(admin, scope, storage):  # noqa: F811
    lead, batch = updated_by_a_list(admin)
    bury(marks_of([lead.phone], []))
    undoing_import.start_undo(batch, by=admin)
    step(importing.UNDO, batch)

    assert lead.reloaded().name == "New"
    assert refused() == 1


def test_by_the_admin_site(client_of, admin, erased):
    client = client_of(admin)
    fields = {"phone": PHONE, "name": "A", "value": "", "language": "", "other_languages": []}

    client.post(reverse("admin:leads_lead_add"), fields)

    assert not Lead.objects.exists()
    assert refused() == 1


def test_by_a_call_log(organisation, admin, telecaller, erased):
    header, at = ["number", "date time", "duration"], f"{timezone.localtime():%Y-%m-%d} 00:01"
    rows = [[2, [PHONE, at, "10"]], [3, ["+919812345673", at, "10"]]]
    job = CallLogImport.objects.create(
        telecaller=telecaller, created_by=admin, file_name="log.csv", header=header, rows=rows, total=2,
        state="queued", mapping={"0": "number", "1": "started_at", "2": "duration"},
    )  # fmt: skip

    import_stretch(organisation, job.pk)

    assert [(number, cells[:1]) for number, cells, *_why in job.reloaded().refused] == [(2, []), (3, ["+919812345673"])]
    assert refused() == 1


@pytest.mark.parametrize(("caller", "becomes"), [(PHONE, False), ("+919812345671", True)])
def test_by_calling(erased, caller, becomes):
    settings = IncomingSettings.current()
    settings.unknown_callers = IncomingSettings.Unknown.LEAD
    settings.save()

    assert becomes_lead(IncomingCall(caller=caller)) is becomes
    assert refused() == (not becomes)


def test_what_is_kept_cannot_be_read_and_is_of_one_organisation(erased, rival):
    from accounts.tenancy import acting_for  # noqa: PLC0415

    kept = list(Tombstone.objects.values_list("digest", flat=True))
    assert all(len(mark) == 64 and PHONE not in mark for mark in kept)
    here = digest("phone", PHONE)
    assert here in kept
    with acting_for(rival):
        assert digest("phone", PHONE) != here
        assert buried([PHONE]) == set()


def test_with_another_key_nobody_is_known(erased, settings):
    assert buried([PHONE], [EMAIL]) == {PHONE, EMAIL}
    settings.TOMBSTONE_KEY = "another"
    assert buried([PHONE], [EMAIL]) == set()
