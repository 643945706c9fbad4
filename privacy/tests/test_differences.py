"""What changed between two texts."""

from privacy.differences import Change, Part, changes, paragraphs
from privacy.models import Policy


def test_a_document_is_taken_apart_into_its_paragraphs():
    assert paragraphs("<h2>1. Words</h2>\n<ul><li>one <b>two</b></li><li></li></ul><p>a &amp; b</p>") == [
        "#1. Words",
        "one two",
        "a & b",
    ]


def test_changed_words_stand_under_their_heading():
    before = "<h2>1. Words</h2><p>We keep it for thirty days.</p><h2>2. Place</h2><p>India.</p>"
    after = "<h2>1. Words</h2><p>We keep it for ninety days.</p><h2>2. Place</h2><p>India.</p><p>And Nepal.</p>"

    assert changes(before, after) == [
        Change(
            "1. Words",
            [Part("same", "We keep it for "), Part("gone", "thirty "), Part("new", "ninety "), Part("same", "days.")],
        ),
        Change("2. Place", [Part("new", "And Nepal.")]),
    ]


def test_a_paragraph_that_is_another_one_is_not_mixed_up():
    assert changes("<p>One thing.</p>", "<p>Something else entirely here.</p>") == [
        Change("", [Part("gone", "One thing."), Part("new", "Something else entirely here.")])
    ]
    assert changes("<p>One thing.</p>", "") == [Change("", [Part("gone", "One thing.")])]
    assert changes("<p>Same.</p>", "<p>Same.</p>") == []


def test_the_page_shows_it(client, db):
    page = client.get("/privacy/terms/2/?since=1").content.decode()

    assert "<ins>" in page
    assert "<del>" in page
    assert "What changed since version 1" in page
    assert "This version does not hold yet." in page
    assert Policy.objects.get(kind="terms", version=2, language="en").summary in page


def test_a_version_that_is_not_there_shows_the_text_alone(client, db):
    assert client.get("/privacy/terms/2/?since=9").status_code == 200
    assert client.get("/privacy/terms/2/?since=x").context["older"] is None
    assert client.get("/privacy/terms/2/?since=0").context["older"] is None


def test_the_address_of_a_kind_leads_to_the_version_in_force(client, db):
    newest = Policy.objects.filter(kind="cookies").latest("version")
    assert client.get("/privacy/cookies/").url == newest.get_absolute_url()
    assert client.get("/privacy/recipes/").status_code == 404
    assert client.post("/privacy/cookies/").status_code == 405
