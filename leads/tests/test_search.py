"""The search of the shell: what it finds for whom, and that words stay out of addresses."""

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse

from leads.models import Tag
from leads.tests.factories import make_lead

URL = reverse("leads:search")
LIST = reverse("leads:list")
HTMX = {"HX-Request": "true"}
QUERIES = 18


def ask(client, words, **more):
    return client.post(URL, {"words": words}, **more)


def titles(answer, label):
    """What stands under the heading `label`."""
    return [
        str(entry.title)
        for section in answer.context["sections"]
        if section.label == label
        for entry in section.entries
    ]


@pytest.fixture
def lead(scope, telecaller):
    return make_lead(
        name="Suresh Patil", phone="+919876543210", city="Nashik", email="sp@mail.example", assigned_to=telecaller
    )


@pytest.mark.parametrize("words", ["suresh", "सुरेश", "98765 43210", "९८७६५", "sp@mail", "nashik", "नाशिक", "patil nash"])
def test_a_lead_is_found_by(client_of, lead, telecaller, words):
    answer = ask(client_of(telecaller), words)

    assert titles(answer, "Leads") == ["Suresh Patil"]
    option = BeautifulSoup(answer.content, "html.parser").select_one("#palette-found [role=option]")
    assert option["href"] == lead.get_absolute_url()
    assert "98765 43210 · Nashik · New" in option.text


def test_a_mistyped_name_is_offered_as_similar(client_of, lead, telecaller):
    answer = ask(client_of(telecaller), "Sureah")

    assert titles(answer, "Leads") == []
    assert titles(answer, "Similar names") == ["Suresh Patil"]


def test_the_leads_of_others_are_not_found(client_of, lead, colleague, outsider):
    for member in (colleague, outsider):
        for words in ("suresh", "sureah", "9876543210"):
            assert ask(client_of(member), words).context["sections"] == []


def test_tags_lead_to_their_list(client_of, lead, telecaller):
    tag = Tag.objects.create(name="Subsidy")

    answer = ask(client_of(telecaller), "subsi")

    assert titles(answer, "Tags") == ["Subsidy"]
    assert f"{LIST}?tag={tag.pk}" in answer.content.decode()


def test_people_lead_to_their_leads_for_who_sees_others(client_of, lead, telecaller, manager):
    found = ask(client_of(manager), "asha kulk")

    assert titles(found, "People") == ["Asha Kulkarni"]
    assert f"{LIST}?owner={telecaller.pk}" in found.content.decode()
    assert titles(ask(client_of(telecaller), "asha kulk"), "People") == []


@pytest.mark.parametrize(
    ("words", "manager_finds", "admin_finds"),
    [("imp", ["Imports"], ["Imports"]), ("statuses", [], ["Statuses"]), ("new le", ["New lead"], ["New lead"])],
)
def test_pages_are_those_that_one_may_open(client_of, scope, manager, admin, words, manager_finds, admin_finds):
    assert titles(ask(client_of(manager), words), "Go to") == manager_finds
    assert titles(ask(client_of(admin), words), "Go to") == admin_finds


def test_a_page_is_found_by_its_english_name_in_hindi_too(client_of, scope, manager):
    manager.user.language = "hi"
    manager.user.save()
    client = client_of(manager)

    assert reverse("leads:imports") in ask(client, "import", headers=HTMX).content.decode()


def test_without_words_there_are_the_pages(client_of, scope, telecaller):
    answer = client_of(telecaller).get(URL)

    assert "Leads" in titles(answer, "Go to")
    assert len(answer.context["sections"]) == 1


def test_of_many_leads_some_are_shown_and_the_way_to_all(client_of, scope, manager):
    for number in range(9):
        make_lead(name=f"Kavita {number}")

    shown = titles(ask(client_of(manager), "kavita"), "Leads")

    assert shown == [f"Kavita {number}" for number in range(8, 1, -1)] + ["All leads that match"]


def test_what_is_not_there_says_so_and_harms_nothing(client_of, scope, manager):
    make_lead(name="<script>alert(1)</script>")
    client = client_of(manager)

    for words in ("%", "_", "\\", "\0", "'; --", "x" * 5_000, "ज" * 5_000, "{{ 7 }}", "👍"):
        assert ask(client, words).status_code == 200
    assert "Nothing was found" in ask(client, "zzzzzz").content.decode()
    assert "<script>alert" not in ask(client, "alert").content.decode()


def test_htmx_gets_the_same_part_of_the_page(client_of, lead, telecaller):
    client = client_of(telecaller)
    page = BeautifulSoup(ask(client, "suresh").content, "html.parser")
    part = BeautifulSoup(ask(client, "suresh", headers=HTMX).content, "html.parser")

    assert part.select_one("#palette-found") == page.select_one("#palette-found")
    assert part.find("html") is None
    assert page.select_one("#palette") is None
    assert page.select_one("[role=combobox]")["value"] == "suresh"


def test_every_page_has_the_dialog_and_the_way_to_it(client_of, lead, telecaller):
    page = BeautifulSoup(client_of(telecaller).get(LIST).content, "html.parser")

    field = page.select_one("dialog#palette [role=combobox]")
    assert page.find(id=field["aria-controls"])["role"] == "listbox"
    assert page.select_one("a[data-jini-palette-open]")["href"] == URL
    # By POST: what is typed stands in no address.
    assert page.select_one("[data-jini-palette]")["method"] == "post"


@pytest.mark.parametrize("count", [1, 2])
def test_a_search_asks_the_same_queries_for_any_number_of_finds(
    client_of, scope, manager, count, django_assert_num_queries
):
    for number in range(count):
        make_lead(name=f"Kavita {number}")
        make_lead(name=f"Kavitha {number}")
        Tag.objects.create(name=f"Kavita {number}")
    client = client_of(manager)
    client.get(LIST)

    # Who it is, and in which scope; then leads, similar ones, statuses, tags, people, campaigns, each with its names.
    with django_assert_num_queries(QUERIES):
        ask(client, "kavita", headers=HTMX)


def test_a_wrong_method_and_a_stranger_are_refused(client, client_of, scope, telecaller):
    assert client_of(telecaller).delete(URL).status_code == 405
    assert client.get(URL).status_code == 302
