"""A person speaks several languages: typed, listed, filtered by, imported, exported, merged, taken back."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.urls import reverse

from leads.actions import importing, undoing_import
from leads.actions.editing import edit_lead
from leads.actions.merging import merge_leads
from leads.actions.undoing_merge import undo_merge
from leads.importing.rows import RowReader
from leads.models import Activity, Lead
from leads.tests.factories import make_lead
from leads.tests.importing import import_list, look, run, step, storage, upload  # noqa: F401 -- a fixture
from leads.timeline import lines_of

PHONE = "+919000012345"


def spoken(lead):
    lead = lead.reloaded()
    return lead.language, lead.other_languages


def lines(lead, kind):
    return [line.changes for line in lines_of(Activity.objects.filter(lead=lead, kind=kind).order_by("at", "id"))]


@pytest.mark.parametrize(
    ("first", "further"),
    [
        ("hi", ["hi"]),
        ("hi", ["mr", "mr"]),
        ("hi", ["xx"]),
        ("hi", [None]),
        ("", ["mr"]),
        ("hi", ["bn", "gu", "kn", "ml", "mr", "or"]),
    ],
)
def test_the_table_takes_no_language_twice_none_unknown_and_none_without_a_first(scope, first, further):
    lead = make_lead()

    with pytest.raises(IntegrityError, match="lead_other_languages_fit"), transaction.atomic():
        Lead.objects.filter(pk=lead.pk).update(language=first, other_languages=further)
    Lead.objects.filter(pk=lead.pk).update(language="hi", other_languages=["bn", "gu", "kn", "ml", "mr"])


def test_a_new_lead_speaks_what_was_ticked_and_its_page_says_so(client_of, manager, scope):
    client = client_of(manager)

    client.post(
        reverse("leads:new"), {"phone": PHONE, "language": "hi", "other_languages": ["en", "hi", "mr"]}, follow=True
    )

    lead = Lead.objects.get(phone=PHONE)
    assert spoken(lead) == ("hi", ["en", "mr"])
    assert "<dt>Language</dt><dd>Hindi, English, Marathi</dd>" in client.get(lead.get_absolute_url()).content.decode()


def test_the_first_of_the_ticked_ones_is_the_first_where_none_is_said_to_be(client_of, manager, scope):
    lead = make_lead()
    sent = {"other_languages": ["mr", "ta"]}

    client_of(manager).post(reverse("leads:new"), {"phone": PHONE} | sent)
    client_of(manager).post(reverse("leads:edit", args=[lead.pk]), {"phone": lead.phone, "version": 1} | sent)

    assert spoken(Lead.objects.get(phone=PHONE)) == ("mr", ["ta"])
    assert spoken(lead) == ("mr", ["ta"])


@pytest.mark.parametrize("further", [["xx"], ["bn", "gu", "kn", "ml", "mr", "or"]])
def test_an_unknown_language_or_six_are_refused(client_of, manager, scope, further):
    answer = client_of(manager).post(
        reverse("leads:new"), {"phone": PHONE, "language": "hi", "other_languages": further}
    )

    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["other_languages"])
    assert not Lead.objects.exists()


def test_an_edit_says_old_and_new_and_an_older_form_is_shown_both(client_of, manager, scope):
    lead = make_lead(phone=PHONE, language="hi", other_languages=["mr"])
    client, url = client_of(manager), reverse("leads:edit", args=[lead.pk])
    sent = {"name": lead.name, "phone": PHONE, "version": 1, "language": "hi", "city": lead.city}

    client.post(url, sent | {"other_languages": ["en", "ta"]})
    answer = client.post(url, sent | {"other_languages": ["mr", "ur"]})

    assert spoken(lead) == ("hi", ["en", "ta"])
    assert lines(lead, Activity.Kind.CHANGE) == [[("Further languages", "Marathi", "English, Tamil")]]
    assert answer.status_code == 409
    assert ("Further languages", "Marathi, Urdu", "English, Tamil") in answer.context["differing"]


def test_a_further_language_that_becomes_the_first_is_no_further_one(scope, manager):
    lead = make_lead(language="hi", other_languages=["mr", "ta"])

    edit_lead(lead, {"language": "mr"}, by=manager)

    assert spoken(lead) == ("mr", ["ta"])
    edit_lead(lead, {"language": ""}, by=manager)
    assert spoken(lead) == ("ta", [])


def test_the_list_says_all_and_finds_by_each(client_of, manager, scope):
    make_lead(name="a", language="hi", other_languages=["mr"])
    make_lead(name="b", language="mr")
    make_lead(name="c", language="ta")
    client = client_of(manager)

    page = client.get(reverse("leads:list"), {"language": "mr", "columns": "language"})

    assert {row.markup.count(">Hindi, Marathi<") for row in page.context["rows"]} == {0, 1}
    assert len(page.context["rows"]) == 2
    assert len(client.get(reverse("leads:list"), {"language": "hi"}).context["rows"]) == 1


@pytest.mark.parametrize(
    ("cell", "value", "faults"),
    [
        ("Hindi, Marathi", "hi|mr", ()),
        ("हिन्दी/English", "hi|en", ()),
        ("Marathi, Hindi and Marathi", "mr|hi", ()),
        ("हिंदी और अंग्रेज़ी", "hi|en", ()),
        ("mr;hi", "mr|hi", ()),
        ("Hindi, Klingon", "", (("language", "language_unknown"),)),
        (" / ", "", (("language", "language_unknown"),)),
        ("en hi bn gu kn ml mr", "", (("language", "languages_many"),)),
    ],
)
def test_a_cell_names_several(cell, value, faults):
    row = RowReader({0: "phone", 1: "language"}, fields={}).read(2, ["9876543210", cell])

    assert (row.values[6], row.faults) == (value, faults)


@pytest.mark.usefixtures("storage")
def test_an_import_is_looked_at_in_words_and_its_undo_brings_back_what_was(client_of, scope, manager):
    old, filled, touched = (
        make_lead(phone=f"+91900001234{place}", language="en", other_languages=["ta"]) for place in range(3)
    )
    rows = 'Phone,Language\n9000012340,"Hindi, Marathi"\n9000012342,Urdu\n9000012349,Hindi/English\n'
    batch = look(upload(rows, manager), duplicates="update")
    seen = client_of(manager).get(reverse("leads:import", args=[batch.pk])).content.decode()
    assert "Hindi, Marathi" in seen
    assert "instead of English, Tamil" in seen

    batch = run(batch)
    assert [spoken(lead) for lead in (old, filled, touched)] == [("hi", ["mr"]), ("en", ["ta"]), ("ur", [])]
    assert spoken(Lead.objects.get(phone="+919000012349")) == ("hi", ["en"])
    edit_lead(touched, {"other_languages": ["en"]}, by=manager)
    undoing_import.start_undo(batch, by=manager)
    step(importing.UNDO, batch)

    assert (spoken(old), spoken(touched)) == (("en", ["ta"]), ("ur", ["en"]))
    assert lines(old, Activity.Kind.IMPORT)[0] == [("Language", "English, Tamil", "Hindi, Marathi")]


@pytest.mark.usefixtures("storage")
def test_filling_leaves_the_languages_that_are_known(scope, manager):
    known, unknown = make_lead(phone="+919000012340", language="en"), make_lead(phone="+919000012341")

    import_list("Phone,Language\n9000012340,Hindi/Tamil\n9000012341,Hindi/Tamil\n", manager, duplicates="fill")

    assert (spoken(known), spoken(unknown)) == (("en", []), ("hi", ["ta"]))


def test_a_merge_takes_all_languages_of_one_and_gives_them_back(client_of, scope, manager):
    keep = make_lead(phone="+919000012340", language="hi", other_languages=["mr"])
    gone = make_lead(phone="+919000012341", language="mr", other_languages=["ta"])
    page = client_of(manager).get(reverse("leads:merge", args=[keep.pk, gone.pk])).content.decode()
    assert "Hindi, Marathi" in page
    assert "Marathi, Tamil" in page

    merge = merge_leads(keep, gone, choices={"language"}, by=manager, versions=(1, 1))
    assert spoken(keep) == ("mr", ["ta"])
    undo_merge(merge, by=manager)

    assert spoken(keep) == ("hi", ["mr"])
    assert ("Further languages", "Marathi", "Tamil") in lines(keep, Activity.Kind.MERGE)[0]


def test_a_merge_of_before_there_were_further_ones_gives_the_first_one_back(scope, manager):
    keep = make_lead(phone="+919000012340", language="hi")
    gone = make_lead(phone="+919000012341", language="mr")
    merge = merge_leads(keep, gone, choices={"language"}, by=manager, versions=(1, 1))
    merge.moved["fields"] = [{"language": ["hi", "mr"]}]
    merge.save()
    Lead.objects.filter(pk=keep.pk).update(other_languages=["hi", "ta"])

    undo_merge(merge, by=manager)

    assert spoken(keep) == ("hi", ["ta"])


def test_an_admin_edits_them_and_carries_them_over_in_a_table(client_of, scope, admin):
    lead = make_lead(phone="+919000012340", name="Asha")
    client = client_of(admin)
    form = {"phone": "9000012340", "name": "Asha", "language": "hi", "other_languages": ["hi", "mr"]}

    client.post(reverse("admin:leads_lead_change", args=[lead.pk]), form)
    assert spoken(lead) == ("hi", ["mr"])
    table = SimpleUploadedFile("leads.csv", b'phone,language,other_languages\n9000012340,ta,"ta,hi"\n')
    asked = client.post(reverse("admin:leads_lead_import"), {"import_file": table, "format": "0", "resource": ""})
    client.post(reverse("admin:leads_lead_process_import"), asked.context["confirm_form"].initial)

    assert spoken(lead) == ("ta", ["hi"])
