"""What a search finds, and that it finds the same by either of its ways."""

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from leads import searching
from leads.models import Lead, LeadPhone, Status
from leads.searching import search, words_of
from leads.tests.factories import make_lead

LIST = reverse("leads:list")


@pytest.fixture(params=["named", "common"])
def way(request, monkeypatch):
    """Few leads match, and the search names them; or many do, and they are found where the list is read."""
    if request.param == "common":
        monkeypatch.setattr(searching, "MOST_NAMED", -1)
    return request.param


def found(text):
    return sorted(lead.name for lead in search(Lead.objects.all(), text).leads)


@pytest.mark.parametrize(
    "text",
    [
        "asha",
        "ASHA",
        "kulkarni asha",
        "asha pune",
        "sha kulk",
        "a@mail.example",
        "pune",
        "9876543210",
        "+91 98765-43210",
        "(098765) 43210",
        "0091 98765 43210",
        "43210",
        "3210",
        "210",
        "10",
        "0",
        "987 65",
        "९८७६५ ४३२१०",
        "asha 3210",
        "as ku",
        "k 10",
        "asha kulkarni pune 3210",
        "pune a@mail k asha 10",
        "0 asha",
        "आशा कुलकर्णी पुणे 3210",
    ],
)
def test_a_lead_is_found_by(scope, way, text):
    make_lead(name="Asha Kulkarni", email="a@mail.example", city="Pune", phone="+919876543210")
    make_lead(name="Bilal Shaikh", email="b@post.example", city="Thane", phone="+919000055555")

    assert found(text) == ["Asha Kulkarni"]


@pytest.mark.parametrize(
    "text",
    [
        "sha",
        "u",
        "87",
        "12",
        "asha bilal",
        "a_ha",
        "asha%",
        "a\\sha",
        "%",
        "_",
        "\\",
        "@",
        "xyz",
        "98 asha",
        "kulkarni pune 98 asha",
    ],
)
def test_a_lead_is_not_found_by(scope, way, text):
    make_lead(name="Asa Kulkarni", email="a.mail.example", city="Pune", phone="+919876543210")

    assert found(text) == []


@pytest.mark.parametrize("text", ["100%", "a_b", "c\\d", "100% a_b"])
def test_signs_of_patterns_stand_for_themselves(scope, way, text):
    make_lead(name="100% a_b c\\d")
    make_lead(name="100 aXb cXd")

    assert found(text) == ["100% a_b c\\d"]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("राहुल शर्मा", "राहुल"),
        ("राहुल शर्मा", "शर्मा राहुल"),
        ("राहुल शर्मा", "रा"),
        ("राम", "राम"),
        # The nukta in the letter, behind it, or left out.
        ("\u095bहीर", "\u091c\u093cहीर"),
        ("\u091c\u093cहीर", "जहीर"),
        ("जहीर", "\u095bहीर"),
        ("चाँद", "चांद"),
        ("\u0915\u094d\u200dष", "क्ष"),
        ("Plot १२३", "123"),
        ("José", "JOSÉ"),
    ],
)
def test_a_name_is_found_however_it_is_spelt(scope, way, name, text):
    make_lead(name=name)
    make_lead(name="Somebody else")

    assert found(text) == [name]


def test_digits_find_a_further_number(scope, way):
    lead = make_lead(name="Two numbers")
    LeadPhone.objects.create(lead=lead, phone="+912223456789")
    make_lead(name="One number")

    assert found("23456") == ["Two numbers"]
    assert found("022 2345 6789") == ["Two numbers"]


def test_a_further_number_of_what_lies_in_the_bin_is_not_found(client_of, scope, manager):
    for name, deleted in (("Kept", {}), ("Binned", {"deleted_at": timezone.now(), "deleted_by": manager})):
        LeadPhone.objects.create(lead=make_lead(name=name, **deleted), phone=f"+9122234567{len(name)}0")

    assert (found("222345"), search(Lead.objects.all(), "222345").count) == (["Kept"], 1)


def test_a_search_for_nothing_but_spaces_or_a_nul_finds_all(scope, way):
    make_lead(name="One")

    assert (found(" "), found("\0")) == (["One"], ["One"])


@pytest.mark.usefixtures("scope")
def test_signs_alone_find_nothing_and_look_for_nothing(django_assert_num_queries):
    make_lead(name="One", email="a..b@mail.example")

    with django_assert_num_queries(0):
        assert found("..") == found("@ -") == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Asha  Pune", ["Asha", "Pune"]),
        ("98765 43210", ["919876543210"]),
        ("0 12345 678901", ["12345678901"]),
        ("01234", ["01234"]),
        ("२१०", ["210"]),
        ("asha1@mail.example", ["asha1@mail.example"]),
        ("Asha & Sons .. राव", ["Asha", "Sons", "राव"]),
        (".. @", []),
        (" ".join("abcdefghij"), list("abcdefgh")),
    ],
)
def test_words(text, words):
    assert words_of(text) == words


def test_a_telecaller_finds_their_own_leads_only(client_of, scope, way, telecaller, colleague):
    make_lead(name="Asha mine", assigned_to=telecaller)
    make_lead(name="Asha theirs", assigned_to=colleague)

    response = client_of(telecaller).get(LIST, {"q": "asha"})

    assert [lead.name for lead in response.context["page"].rows] == ["Asha mine"]


@pytest.mark.parametrize(("most", "is_common", "text"), [(3, False, "3"), (2, True, "2+")])
def test_more_than_so_many_are_not_counted(client_of, scope, manager, monkeypatch, most, is_common, text):
    monkeypatch.setattr(searching, "MOST_NAMED", most)
    for _ in range(3):
        make_lead(name="Asha")

    assert search(Lead.objects.all(), "asha").is_common == is_common
    assert client_of(manager).get(LIST, {"q": "asha"}).context["page"].count_text == text


def test_a_common_word_is_counted_among_what_else_narrows(client_of, scope, manager, telecaller, monkeypatch):
    monkeypatch.setattr(searching, "MOST_NAMED", 2)
    won = Status.objects.get(name="Won")
    make_lead(name="Asha", assigned_to=telecaller)
    make_lead(name="Asha", status=won)
    make_lead(name="Asha", status=won)

    assert client_of(telecaller).get(LIST, {"q": "asha"}).context["page"].count_text == "1"
    assert client_of(manager).get(LIST, {"q": "asha", "status": won.pk}).context["page"].count_text == "2"


def test_what_the_search_named_is_not_counted_again(client_of, scope, manager, django_assert_max_num_queries):
    make_lead(name="Asha")
    client = client_of(manager)

    with django_assert_max_num_queries(50) as asked:
        assert client.get(LIST, {"q": "asha"}).context["page"].count_text == "1"

    assert not [one["sql"] for one in asked.captured_queries if 'AS "col1" FROM "leads_lead"' in one["sql"]]


def test_a_word_of_very_many_is_not_looked_up(client_of, scope, manager, monkeypatch):
    status = make_lead().status
    Lead.objects.bulk_create(
        Lead(name="Asha", phone=f"+91800000{number:04d}", status=status, created_at=timezone.now())
        for number in range(101)
    )

    result = search(Lead.objects.all(), "asha")

    assert (result.is_common, result.count, result.leads.count()) == (True, None, 101)
    assert client_of(manager).get(LIST, {"q": "asha"}).context["page"].count_text == "101"
    monkeypatch.setattr(searching, "COMMON_CAP", 100)
    assert client_of(manager).get(LIST, {"q": "asha"}).context["page"].count_text == "100+"


def test_a_lead_of_two_numbers_with_the_same_digits_counts_once(scope, monkeypatch):
    monkeypatch.setattr(searching, "MOST_NAMED", 1)
    lead = make_lead(phone="+919876543210")
    LeadPhone.objects.create(lead=lead, phone="+918876543210")

    assert not search(Lead.objects.all(), "76543").is_common


def test_pages_of_a_search_lead_through_every_lead_once(client_of, scope, way, manager, monkeypatch):
    monkeypatch.setattr("leads.views.leads.PAGE", 2)
    for number in range(5):
        make_lead(name=f"Asha {number}")
    make_lead(name="Bilal")
    client, url, seen = client_of(manager), f"{LIST}?q=asha", []

    while url:
        page = client.get(url).context["page"]
        seen += [lead.name for lead in page.rows]
        url = page.older_url

    assert seen == [f"Asha {number}" for number in reversed(range(5))]


@pytest.mark.usefixtures("scope")
@pytest.mark.parametrize("word", ["asha", "राहुल", "43210", "10", "रा"])
def test_the_index_answers(word):
    """Also in Hindi, for which the database must know its letters."""
    make_lead()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        # It has the same column; of one row all of it is read as fast.
        cursor.execute("SET LOCAL ROLE NONE")
        cursor.execute("DROP INDEX lead_by_name")
        cursor.execute("SELECT leads_search_pattern(%s)", [word])
        pattern = cursor.fetchone()[0]
        cursor.execute("SET LOCAL ROLE jini_search")
        cursor.execute("EXPLAIN SELECT id FROM leads_lead WHERE search_text LIKE %s", [pattern])
        plan = "\n".join(row[0] for row in cursor.fetchall())
        cursor.execute("SELECT cardinality(show_trgm('राहुल')) > 0")
        assert cursor.fetchone() == (True,)

    assert "Bitmap Index Scan on lead_by_text" in plan
