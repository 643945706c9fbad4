"""The pages of the import wizard."""

import csv
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.tenancy import acting_for
from jini.lib.jobs import JobState
from leads.actions import importing, undoing_import
from leads.models import ImportBatch, Lead, Tag
from leads.tests.factories import make_lead
from leads.tests.importing import import_list, look, step, storage, upload  # noqa: F401 -- a fixture

NEW = reverse("leads:import_new")
IMPORTS = reverse("leads:imports")
LIST = "Name,Mobile,City\nKavita,9000000022,Pune\n=cmd(),90000,Pune\nKavita,9000000022,\n"
PLAIN = {"duplicates": "skip", "source": "", "legal_ground": "unknown", "tags": ""}
MAPPED = PLAIN | {"column_0": "name", "column_1": "phone", "column_2": "city"}

pytestmark = pytest.mark.usefixtures("storage")


def page(name, batch):
    return reverse(f"leads:{name}", args=[batch.pk])


def text_of(response):
    return b"".join(response.streaming_content).decode() if response.streaming else response.content.decode()


def test_the_wizard_from_the_file_to_the_result(client_of, scope, manager, telecaller):
    client = client_of(manager)
    response = client.post(NEW, {"file": SimpleUploadedFile("leads.csv", LIST.encode())})
    batch = ImportBatch.objects.get()
    assert response.url == page("import", batch)
    assert "Reading the file" in text_of(client.get(response.url))
    assert "Reading the file: Queued" in text_of(client.get(IMPORTS))

    step(importing.READ, batch)
    assert "Waits for its columns to be matched" in text_of(client.get(IMPORTS))
    assert client.get(page("import", batch)).url == page("import_map", batch)
    asked = text_of(client.get(page("import_map", batch)))
    assert "Kavita" in asked
    assert "Telecaller" not in asked
    sent = MAPPED | {"tags": "Expo, expo , hot", "owners": [telecaller.pk]}
    assert client.post(page("import_map", batch), sent).url == page("import", batch)
    assert set(Tag.objects.values_list("name", flat=True)) == {"Expo", "hot"}

    step(importing.PREVIEW, batch)
    ahead = text_of(client.get(page("import", batch)))
    assert "Import 1 row" in ahead
    assert "The number is too short." in ahead
    assert "90000<small" in ahead
    assert "=cmd()" in text_of(client.get(page("import", batch), {"show": "error"}))
    assert client.post(page("import_run", batch)).url == page("import", batch)

    step(importing.RUN, batch)
    result = client.get(page("import", batch))
    assert "Download errors.csv" in text_of(result)
    assert Lead.objects.get().assigned_to == telecaller
    assert f"?import={batch.pk}" in text_of(result)
    listed = text_of(client.get(IMPORTS))
    assert "leads.csv" in listed
    assert ">Imported<" in listed


def test_while_something_goes_on_the_page_asks_again_and_then_is_renewed(client_of, scope, manager):
    client = client_of(manager)
    batch = look(upload(LIST, manager))
    importing.start_run(batch, by=manager)
    part = client.get(page("import", batch), headers={"HX-Request": "true"})
    assert 'hx-trigger="every 1s"' in text_of(part)
    assert "<html" not in text_of(part)

    step(importing.RUN, batch)
    assert client.get(page("import", batch), headers={"HX-Request": "true"}).headers["HX-Refresh"] == "true"


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"", "The file is empty"), (b"PK\x03\x04", "damaged"), (None, "This field is required")],
)
def test_a_file_that_cannot_be_a_list_is_refused_at_once(client_of, scope, manager, content, words):
    sent = {} if content is None else {"file": SimpleUploadedFile("x.csv", content)}
    response = client_of(manager).post(NEW, sent)

    assert response.status_code == 422
    assert words in text_of(response)
    assert not ImportBatch.objects.exists()


def test_a_file_of_60_mb_is_refused_with_its_size(client_of, scope, manager):
    response = client_of(manager).post(NEW, {"file": SimpleUploadedFile("x.csv", b"9" * (60 * 1024 * 1024))})

    assert response.status_code == 422
    assert "The file has 60 MB; at most 50 MB" in text_of(response)


def test_a_file_that_turns_out_to_be_none_says_why(client_of, scope, manager):
    batch = upload(b"%PDF-1.7", manager)

    assert "a web page or another document" in text_of(client_of(manager).get(page("import", batch)))


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"column_1": ""}, "No column is the phone"),
        ({"column_0": "", "column_1": "", "column_2": ""}, "No column is the phone"),
        ({"column_2": "name"}, "“Name” is Name already"),
        ({"column_2": "colour"}, "Select a valid choice"),
        ({"duplicates": ""}, "This field is required"),
        ({"tags": "x" * 41}, "At most 10 tags"),
        ({"owners": ["01a2136d-b2b0-7321-8181-5a2e4682c424"]}, "Select a valid choice"),
    ],
)
def test_a_mapping_that_cannot_be_keeps_what_was_chosen(client_of, scope, manager, changed, words):
    batch = upload(LIST, manager)
    response = client_of(manager).post(page("import_map", batch), MAPPED | {"source": "Expo stall"} | changed)

    assert response.status_code == 422
    assert words in text_of(response)
    assert "Expo stall" in text_of(response)
    assert not Tag.objects.exists()


def test_what_is_over_cannot_be_done_again(client_of, scope, manager):
    client = client_of(manager)
    batch = import_list(LIST, manager)

    for name in ("import_run", "import_stop", "import_map"):
        assert client.post(page(name, batch), MAPPED).status_code == 409, name
    assert client.get(page("import_map", batch)).status_code == 302
    assert client.post(page("import_undo", batch)).status_code == 302
    assert client.post(page("import_undo", batch)).status_code == 409


def test_stopped_and_undone(client_of, scope, manager):
    client = client_of(manager)
    batch = look(upload(LIST, manager))
    importing.start_run(batch, by=manager)
    client.post(page("import_stop", batch))
    assert "Go on with the import" in text_of(client.get(page("import", batch)))
    client.post(page("import_undo", batch))
    assert "Undoing" in text_of(client.get(page("import", batch)))
    step(undoing_import.UNDO, batch)
    assert "The import is undone" in text_of(client.get(page("import", batch)))


def test_every_figure_leads_to_as_many_rows(client_of, scope, manager):
    make_lead(phone="+919000000030")
    client = client_of(manager)
    batch = import_list(f"{LIST}Asha,9000000030,Pune\nX,9000000031,{'x' * 90}\n", manager, duplicates="fill")

    for verdict in importing.COUNTED:
        shown = client.get(page("import_rows", batch), {"verdict": verdict})
        expected = batch.counts[verdict] if verdict != "new" else batch.counts["warnings"]
        assert len(shown.context["page"].rows) == expected, verdict
    shown = client.get(reverse("leads:list"), {"import": batch.pk})
    assert len(shown.context["page"].rows) == batch.counts["new"] == 2


def test_errors_csv_is_the_rows_with_what_is_wrong_and_can_be_imported_again(client_of, scope, manager):
    batch = import_list(LIST, manager)
    response = client_of(manager).get(page("import_errors", batch))
    content = text_of(response)

    assert "attachment" in response.headers["Content-Disposition"]
    head, wrong = list(csv.reader(io.StringIO(content.removeprefix("\ufeff"))))
    assert head == ["Name", "Mobile", "City", "Wrong field", "Code", "What is wrong"]
    assert wrong == ["'=cmd()", "90000", "Pune", "Phone", "phone_too_short", "The number is too short."]

    again = import_list(content.replace("90000", "9000000029"), manager)
    assert again.counts["new"] == 1
    assert Lead.objects.get(phone="+919000000029").name == "=cmd()"


def test_the_sample_imports_without_a_word(client_of, scope, manager):
    content = text_of(client_of(manager).get(reverse("leads:import_sample")))
    batch = import_list(content, manager)

    assert {name: batch.counts[name] for name in importing.COUNTED} == {
        "new": 3, "updated": 0, "duplicate": 0, "error": 0, "warnings": 0
    }  # fmt: skip


def test_the_lead_page_says_where_the_lead_came_from(client_of, scope, manager):
    import_list(LIST, manager)

    assert f"{manager.name}, leads.csv" in text_of(client_of(manager).get(Lead.objects.get().get_absolute_url()))


ADDRESSES = ["import", "import_map", "import_rows", "import_errors"]
VERBS = ["import_run", "import_stop", "import_undo"]


def test_another_organisation_finds_nothing(client_of, organisation, manager, outsider):
    with acting_for(organisation):
        batch = import_list(LIST, manager)

    client = client_of(outsider)
    assert {client.get(page(name, batch)).status_code for name in ADDRESSES} == {404}
    assert {client.post(page(name, batch)).status_code for name in VERBS} == {404}
    assert batch.file_name not in text_of(client.get(reverse("leads:imports")))


def test_a_telecaller_may_not_import(client_of, scope, telecaller, manager):
    batch = upload(LIST, manager)
    client = client_of(telecaller)

    assert {client.get(page(name, batch)).status_code for name in ADDRESSES} == {403}
    assert {client.post(page(name, batch)).status_code for name in VERBS} == {403}
    assert client.get(NEW).status_code == client.get(reverse("leads:imports")).status_code == 403


def test_wrong_methods(client_of, scope, manager):
    batch = upload(LIST, manager)
    client = client_of(manager)

    assert {client.get(page(name, batch)).status_code for name in VERBS} == {405}
    assert client.post(page("import", batch)).status_code == client.post(page("import_rows", batch)).status_code == 405


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_asks_the_same_queries_for_any_number(client_of, scope, manager, count, django_assert_num_queries):
    client = client_of(manager)
    upload(LIST, manager)
    with CaptureQueriesContext(connection) as before:
        client.get(reverse("leads:imports"))
    for _ in range(count):
        import_list(LIST, manager)
    with django_assert_num_queries(len(before)):
        client.get(reverse("leads:imports"))


def test_the_state_of_a_refused_file_is_failed(scope, manager):
    assert upload(b"{}", manager).state == JobState.FAILED
