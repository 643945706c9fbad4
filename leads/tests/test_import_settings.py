"""Saved settings, and an import that is repeated with a new file."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts.tenancy import acting_for
from leads.actions import importing
from leads.actions.import_settings import save_mapping
from leads.models import ImportBatch, Lead, SavedMapping
from leads.tests.factories import make_lead
from leads.tests.importing import import_list, run, step, storage, upload  # noqa: F401 -- a fixture

LIST = "Who,Number,Town\nKavita,9000000022,Pune\n"
MAPPING = {0: "name", 1: "phone", 2: "city"}
SENT = {"duplicates": "give", "source": "Expo", "legal_ground": "enquiry", "tags": "hot", "owner_rule": "nobody"} | {
    f"column_{column}": field for column, field in MAPPING.items()
}

pytestmark = pytest.mark.usefixtures("storage")


def page(name, row):
    return reverse(f"leads:{name}", args=[row.pk])


@pytest.fixture
def saved(scope, manager):
    batch = import_list(LIST, manager, mapping=MAPPING, source="Expo")
    return save_mapping(batch, "Expo stalls", by=manager)


def test_settings_are_saved_at_the_mapping_and_chosen_for_another_file(client_of, scope, manager):
    client, batch = client_of(manager), upload(LIST, manager)
    assert client.post(page("import_map", batch), SENT | {"save_as": "Expo stalls"}).status_code == 302
    mapping = SavedMapping.objects.get()
    assert mapping.fields == {"who": "name", "number": "phone", "town": "city"}

    # The columns stand in another order, with one more between them.
    other = upload("Town,Shoe size,Number,Who\nNashik,9,9000000023,Amit\n", manager)
    asked = client.get(page("import_map", other), {"settings": str(mapping.pk)})
    form = asked.context["form"]
    assert [form[f"column_{column}"].value() for column in range(4)] == ["city", "", "phone", "name"]
    assert (form["source"].value(), form["duplicates"].value(), form["tags"].value()) == ("Expo", "give", "hot")
    assert "Expo stalls" in asked.content.decode()
    assert client.get(page("import_map", other), {"settings": "x"}).status_code == 200


def test_the_same_name_is_written_over_and_kept_once(client_of, scope, manager, saved):
    batch = upload(LIST, manager)
    client_of(manager).post(page("import_map", batch), SENT | {"save_as": "EXPO STALLS"})

    assert SavedMapping.objects.get().options["duplicates"] == "give"
    with pytest.raises(IntegrityError, match="saved_mapping_name_once"), transaction.atomic():
        SavedMapping.objects.create(name="expo Stalls", created_by=manager)


def test_settings_are_renamed_and_deleted(client_of, manager, saved):
    client, url = client_of(manager), reverse("leads:mappings")
    assert "Expo stalls" in client.get(url).content.decode()
    assert client.post(page("mapping", saved), {"name": "Stalls"}).url == url
    assert SavedMapping.objects.get().name == "Stalls"
    assert client.post(page("mapping", saved), {"name": ""}).status_code == 422
    SavedMapping.objects.create(name="Other", created_by=manager)
    taken = client.post(page("mapping", saved), {"name": "other"})
    assert taken.status_code == 422
    assert "There are settings of this name already." in taken.content.decode()

    assert client.post(page("mapping_removal", saved)).url == url
    assert SavedMapping.objects.get().name == "Other"
    assert client.post(page("mapping_removal", saved)).status_code == 404


def test_others_may_not(client_of, manager, telecaller, outsider, saved):
    for name in ("mapping", "mapping_removal"):
        assert client_of(outsider).post(page(name, saved), {"name": "x"}).status_code == 404
        assert client_of(telecaller).post(page(name, saved)).status_code == 403
        assert client_of(manager).get(page(name, saved)).status_code == 405
    assert client_of(telecaller).get(reverse("leads:mappings")).status_code == 403


def test_an_import_is_repeated_with_a_new_file(client_of, scope, manager):
    first = import_list(LIST, manager, mapping=MAPPING, source="Expo", duplicates="update")
    client = client_of(manager)
    url = f"{reverse('leads:import_new')}?like={first.pk}"
    assert url in client.get(page("import", first)).content.decode()
    assert "With the settings of leads.csv." in client.get(url).content.decode()

    content = b"Number,Who,Town\n9000000023,Amit,Nashik\n"
    client.post(url, {"file": SimpleUploadedFile("more.csv", content)})
    again = step(importing.READ, ImportBatch.objects.exclude(pk=first.pk).get())
    assert again.mapping == {"0": "phone", "1": "name", "2": "city"}
    assert (again.options["source"], again.options["duplicates"]) == ("Expo", "update")
    importing.set_terms(
        again, {int(column): name for column, name in again.mapping.items()}, again.options, by=again.created_by
    )
    run(step(importing.PREVIEW, again))
    assert Lead.objects.get(phone="+919000000023").source == "Expo"


def test_what_is_repeated_must_be_seen(client_of, scope, manager, rival, outsider):
    with acting_for(rival):
        theirs = import_list(LIST, outsider, mapping=MAPPING)
    client = client_of(manager)

    assert client.get(reverse("leads:import_new"), {"like": str(theirs.pk)}).context["like"] is None
    assert client.get(reverse("leads:import_new"), {"like": "x"}).status_code == 200


def test_a_file_without_headings_is_repeated_by_its_columns(scope, manager):
    first = import_list("Kavita,9000000022\n", manager, mapping={0: "name", 1: "phone"}, source="Expo")
    batch = importing.accept_file(
        SimpleUploadedFile("more.csv", b"Amit,9000000023\n"), kind="csv", by=manager, like=first
    )

    assert step(importing.READ, batch).mapping == {"0": "name", "1": "phone"}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"owner_rule": "one"}, "owners"),
        ({"owner_rule": "turns"}, "owners"),
        ({"owner_rule": "shares"}, "owners"),
        ({"owner_rule": "column"}, "owner_rule"),
        ({"owner_rule": "turns", "column_0": "owner"}, "owner_rule"),
        ({"owner_rule": "x"}, "owner_rule"),
        ({"save_as": "x" * 81}, "save_as"),
    ],
)
def test_a_rule_without_what_it_needs_is_refused(client_of, scope, manager, changes, field):
    answer = client_of(manager).post(page("import_map", upload(LIST, manager)), SENT | changes)

    assert answer.status_code == 422
    assert field in answer.context["form"].errors


def test_shares_are_asked_beside_the_people(client_of, scope, manager, telecaller, colleague):
    client, batch = client_of(manager), upload(LIST, manager)
    sent = SENT | {"owner_rule": "shares", "owners": [telecaller.pk, colleague.pk], f"share_{telecaller.pk}": "3"}
    assert client.post(page("import_map", batch), sent | {f"share_{colleague.pk}": "0"}).status_code == 422
    assert client.post(page("import_map", batch), sent).status_code == 302

    assert batch.reloaded().options["shares"] == {str(telecaller.pk): 3, str(colleague.pk): 1}
    asked = client.get(page("import_map", batch)).content.decode()
    assert f'name="share_{telecaller.pk}" value="3"' in asked
    assert f'value="{telecaller.pk}" checked' in asked


def test_the_legal_ground_stands_on_the_lead_and_narrows_the_list(client_of, scope, manager):
    import_list(LIST, manager, mapping=MAPPING, legal_ground="enquiry")
    make_lead(phone="+919000000099")
    client, lead = client_of(manager), Lead.objects.get(phone="+919000000022")

    assert "They asked us" in client.get(lead.get_absolute_url()).content.decode()
    shown = client.get(reverse("leads:list"), {"ground": "enquiry"}).context
    assert ([row.pk for row in shown["page"].rows], shown["chips"][0][0]) == ([lead.pk], "They asked us")
    assert len(client.get(reverse("leads:list"), {"ground": "none"}).context["page"].rows) == 1
    assert len(client.get(reverse("leads:list"), {"ground": "x"}).context["page"].rows) == 2
