"""Names that are found as they sound, in either script, and names that were mistyped."""

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from leads.models import Lead
from leads.searching import search, similar
from leads.tests.factories import make_lead

LIST = reverse("leads:list")
# How one name is written in the two scripts.
SAME = [
    ("Sharma", "शर्मा"),
    ("Priya", "प्रिया"),
    ("Suresh", "सुरेश"),
    ("Mohammed", "मोहम्मद"),
    ("Mohammad", "मोहम्मद"),
    ("Asha", "आशा"),
    ("Rahul", "राहुल"),
    ("Lakshmi", "लक्ष्मी"),
    ("Laxmi", "लक्ष्मी"),
    ("Chaudhary", "चौधरी"),
    ("Choudhury", "चौधुरी"),
    ("Singh", "सिंह"),
    ("Sinha", "सिन्हा"),
    ("Krishna", "कृष्ण"),
    ("Gyan", "ज्ञान"),
    ("Vaishali", "वैशाली"),
    ("Pooja", "पूजा"),
    ("Puja", "पूजा"),
    ("Deepak", "दीपक"),
    ("Iqbal", "इक़बाल"),
    ("Zaheer", "ज़हीर"),
    ("Farhan", "फ़रहान"),
    ("Arora", "अरोड़ा"),
    ("Verma", "वर्मा"),
    ("Dubey", "दुबे"),
    ("Ekta", "एकता"),
    ("Om", "ओम"),
    ("Mumbai", "मुंबई"),
    ("Pune", "पुणे"),
    ("Chhabra", "छाबड़ा"),
    ("Wasim", "वसीम"),
    ("Mehta", "मेहता"),
    ("Malhotra", "मल्होत्रा"),
    ("Brahma", "ब्रह्मा"),
    ("Dwivedi", "द्विवेदी"),
    ("Kaur", "कौर"),
    ("Jain", "जैन"),
    ("Yash", "यश"),
    ("Venkatesh", "वेंकटेश"),
]


def found(text):
    return sorted(lead.name for lead in search(Lead.objects.all(), text).leads)


def alike(member, text, **more):
    return [lead.name for lead in similar(member, text, **more)]


@pytest.mark.parametrize(("latin", "hindi"), SAME)
def test_a_name_in_one_script_finds_it_in_the_other(scope, latin, hindi):
    make_lead(name=f"{latin} One")
    make_lead(name=f"{hindi} दो")
    make_lead(name="Nobody else")

    assert found(latin) == sorted([f"{latin} One", f"{hindi} दो"])
    assert found(hindi) == sorted([f"{latin} One", f"{hindi} दो"])


def test_a_city_in_one_script_finds_it_in_the_other(scope):
    make_lead(name="Asha", city="Pune")
    make_lead(name="Bilal", city="Thane")

    assert found("पुणे") == ["Asha"]
    assert found("आशा pune") == ["Asha"]


@pytest.mark.parametrize("text", ["krim", "sharmi", "sharma thanepune", "arma", "a\x1fk", "սզխ"])
def test_the_sounds_are_no_text_that_one_finds(scope, text):
    """What is typed never matches across the parts, nor in what stands for a sound."""
    make_lead(name="शर्मा", city="पुणे")
    make_lead(name="Karim", city="Thane")

    assert found(text) == []


def test_within_a_script_a_search_stays_exact(scope):
    make_lead(name="Sharma")
    make_lead(name="Sarma")

    assert found("sarma") == ["Sarma"]


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("Kulkarny", "Asha Kulkarni"),
        ("Kulkrani", "Asha Kulkarni"),
        ("Asga", "Asha Kulkarni"),
        ("Ahsa Kulkarni", "Asha Kulkarni"),
        ("Kulkxrni", "Asha Kulkarni"),
        ("Kukarni", "Asha Kulkarni"),
        ("Kulakarni", "Asha Kulkarni"),
        ("Xulkarni", "Asha Kulkarni"),
        ("Zubieda", "Zubeida Xerxes"),
        ("मोहम्मत", None),
        ("शर्ता", "राहुल शर्मा"),
        ("Asa", "Asha Kulkarni"),
        ("Ashha", "Asha Kulkarni"),
        ("Aahs", None),
        ("asha kulkarnu", "Asha Kulkarni"),
        ("asga kulkarnu", "Asha Kulkarni"),
        ("Mohamad", "Mohammed Ali"),
        ("Muhammed", "Mohammed Ali"),
        ("मोहमद", "Mohammed Ali"),
        ("Sarma", "राहुल शर्मा"),
        ("Rsvi", "Ravi"),
        ("Raviq", "Ravi"),
        ("Revi", "Ravi"),
        ("Punw", "City"),
    ],
)
def test_a_mistyped_name_is_found(scope, manager, typed, name):
    for other in ("Asha Kulkarni", "Mohammed Ali", "राहुल शर्मा", "Ravi", "Zubeida Xerxes"):
        make_lead(name=other)
    make_lead(name="City", city="Pune")

    assert alike(manager, typed) == ([name] if name else [])


def test_the_most_alike_comes_first(scope, manager):
    for name in ("Kulkarnia Bose", "Kulkarni", "Kulka"):
        make_lead(name=name)

    assert alike(manager, "Kulkarny")[:2] == ["Kulkarni", "Kulkarnia Bose"]


def test_so_many_besides_what_was_found(scope, manager):
    first = make_lead(name="Kulkarni One")
    for name in ("Kulkarni Two", "Kulkarni Three"):
        make_lead(name=name)

    assert "Kulkarni One" not in alike(manager, "Kulkarny", besides=[first.pk])
    assert len(alike(manager, "Kulkarny", besides=[first.pk], most=1)) == 1


@pytest.mark.parametrize(
    "text", ["", " ", "9876543211", "+91 98", "%", "___", "a", "'; --", "\\", "%s", "{x}", "ज" * 100]
)
def test_what_is_no_name_resembles_nothing(scope, manager, text):
    make_lead(name="Asha", phone="+919876543210")

    assert alike(manager, text) == []


def test_similar_names_are_those_that_one_may_see(scope, telecaller, colleague, manager):
    for _ in range(12):
        make_lead(name="Kulkarni", assigned_to=colleague)
    make_lead(name="Kulkarna mine", assigned_to=telecaller)
    make_lead(name="Kulkarni of nobody")

    # However many others come before.
    assert alike(telecaller, "Kulkarny", most=1) == ["Kulkarna mine"]
    assert len(alike(manager, "Kulkarny", most=20)) == 14


@pytest.mark.usefixtures("scope")
@pytest.mark.parametrize("word", ["sharma", "शर्मा"])
def test_the_index_answers_for_a_sound(word):
    make_lead()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL ROLE NONE")
        cursor.execute("DROP INDEX lead_by_name")
        cursor.execute("SELECT leads_search_sound(%s)", [word])
        pattern = cursor.fetchone()[0]
        cursor.execute("SET LOCAL ROLE jini_search")
        cursor.execute("EXPLAIN SELECT id FROM leads_lead WHERE search_text LIKE %s", [pattern])
        plan = "\n".join(row[0] for row in cursor.fetchall())
        cursor.execute("SELECT cardinality(show_trgm(%s)) > 3", [pattern])
        assert cursor.fetchone() == (True,)

    assert "Bitmap Index Scan on lead_by_text" in plan


def test_the_list_offers_similar_names_where_little_was_found(client_of, scope, manager):
    make_lead(name="Asha Kulkarni", city="Pune")

    page = client_of(manager).get(LIST, {"q": "Kulkarny"})

    assert list(page.context["page"].rows) == []
    assert [lead.name for lead in page.context["similar"]] == ["Asha Kulkarni"]
    assert "Similar names" in page.content.decode()


def test_the_list_offers_none_where_enough_was_found_or_a_filter_is_on(client_of, scope, manager):
    for number in range(3):
        make_lead(name=f"Kulkarni {number}")
    make_lead(name="Kulkarna")
    client = client_of(manager)

    assert client.get(LIST, {"q": "kulkarni"}).context["similar"] == []
    assert client.get(LIST, {"q": "kulkarny", "untouched": "1"}).context["similar"] == []
    assert client.get(LIST).context["similar"] == []


def test_a_slip_into_a_word_of_e_mail_addresses_is_not_looked_for(scope, manager):
    """The index would lead to all who have such an address, for seconds, to find none of them."""
    make_lead(name="Mail Singh")
    status = make_lead(name="Bilal").status
    assert alike(manager, "masl") == ["Mail Singh"]

    Lead.objects.bulk_create(
        Lead(
            name="Asha",
            email=f"asha{number}@mail.example",
            phone=f"+91800000{number:04d}",
            status=status,
            created_at=timezone.now(),
        )
        for number in range(21)
    )

    assert alike(manager, "masl") == []
    assert alike(manager, "bilaal") == ["Bilal"]
    # A name that many have is no such word.
    Lead.objects.filter(name="Asha").update(email="", name="Bilal")
    assert len(alike(manager, "bilaal")) == 8
