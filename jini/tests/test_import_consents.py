"""Consents in a list: read from the cells, told by row when they cannot be taken, and in the ledger like any other word."""

import datetime as dt
import zoneinfo

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from dialer.calls.contact import decide_to_call
from dialer.tests.factories import open_all_day
from leads.actions import importing, undoing_import
from leads.actions.consents import Said, note_consent
from leads.importing import consenting
from leads.models import Consent, ImportRow, Lead
from leads.tests.factories import make_lead
from leads.tests.importing import import_list, look, run, step, storage, upload  # noqa: F401 -- a fixture
from privacy.contact_facts import Channel, Purpose

pytestmark = pytest.mark.usefixtures("storage")
INDIA = zoneinfo.ZoneInfo("Asia/Kolkata")
LIST = """Phone,Name,Offers by phone,Offers by WhatsApp,Agreed on,How,Words
9000000022,A,yes,No,20/11/2026,Website,May we call you?
9000000023,B,हाँ,,2026-11-20 10:30,,
9000000024,C,perhaps,opted out,,,
9000000025,D,yes,,,call,
9000000026,E,yes,,31/12/2030,call,
9000000027,F,,,,,
9000000028,G,yes,,some day,carrier pigeon,May we?
"""
MAPPING = {
    0: "phone", 1: "name", 2: "consent_promotional_call", 3: "consent_promotional_whatsapp", 4: consenting.AT,
    5: consenting.HOW, 6: consenting.WORDING,
}  # fmt: skip
NOW = dt.datetime(2026, 11, 26, 12, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def now():
    with time_machine.travel(NOW, tick=True):
        yield


def imported(text, by, mapping=MAPPING, **options):
    return run(look(upload(text, by), mapping=mapping, **options))


def words():
    return {
        (row.lead.name, row.channel): (row.state, row.source, row.wording, row.obtained_at)
        for row in Consent.objects.select_related("lead")
    }


def test_what_rows_say_is_in_the_ledger_with_its_time_and_proof(scope, manager):
    batch = imported(LIST, manager, consent_wording="May we tell you about offers?")

    found = words()
    begins = dt.datetime(2026, 11, 20, tzinfo=INDIA)
    assert found.pop(("A", "call")) == ("given", "form", "May we call you?", begins)
    ends = begins + dt.timedelta(days=1, seconds=-1)
    assert found.pop(("A", "whatsapp")) == ("refused", "form", "May we call you?", ends)
    half_past_ten = begins + dt.timedelta(hours=10, minutes=30)
    assert found.pop(("B", "call")) == ("given", "import", "May we tell you about offers?", half_past_ten)
    state, source, _wording, at = found.pop(("C", "whatsapp"))
    assert (state, source) == ("withdrawn", "import")
    assert timezone.now() - at < dt.timedelta(minutes=1)
    assert found == {}
    assert batch.counts["consents"] == 4
    one = Consent.objects.get(lead__name="B")
    assert (one.by, one.purpose, one.evidence, one.valid_until) == (manager, "promotional", "leads.csv:3", None)


def test_what_cannot_be_taken_is_told_by_row_and_the_lead_comes_in(scope, manager):
    batch = imported(LIST, manager)

    wrong = {
        row.number: [(error["field"], error["code"]) for error in row.errors]
        for row in ImportRow.objects.filter(batch=batch)
    }
    assert wrong == {
        3: [(consenting.WORDING, "consent_unproven")],
        4: [("consent_promotional_call", "consent_unknown")],
        5: [(consenting.AT, "consent_undated")],
        6: [(consenting.AT, "consent_future")],
        8: [(consenting.AT, "time_unknown"), (consenting.HOW, "how_unknown"), (consenting.AT, "consent_undated")],
    }
    assert Lead.objects.count() == 7
    assert batch.counts["warnings"] == 5


def test_the_look_ahead_says_the_same_and_writes_nothing(client_of, scope, manager):
    batch = look(upload(LIST, manager), mapping=MAPPING, consent_wording="May we?")

    assert batch.preview["consents"] == {"given": 2, "refused": 1, "withdrawn": 1}
    assert not Consent.objects.exists()
    page = client_of(manager).get(reverse("leads:import", args=[batch.pk])).content.decode()
    for said in ("Consent: Offers, Calls", "Agreed", "perhaps", "This is neither yes, no nor withdrawn", "2026-11-20"):
        assert said in page
    assert run(batch).counts["consents"] == 4


@pytest.mark.parametrize(("duplicates", "count"), [("skip", 0), ("link", 1), ("fill", 1), ("update", 1), ("give", 1)])
def test_of_a_lead_that_is_there_it_is_noted_unless_the_row_is_skipped(scope, manager, duplicates, count):
    lead = make_lead(name="A", phone="+919000000022")
    imported("\n".join(LIST.splitlines()[:2]), manager, {0: "phone", 2: "consent_promotional_call", 4: consenting.AT, 5: consenting.HOW}, duplicates=duplicates)  # fmt: skip

    assert Consent.objects.filter(lead=lead).count() == count


def test_the_same_list_twice_notes_each_word_once(scope, manager):
    for _time in range(2):
        imported(LIST.replace("opted out", ""), manager, duplicates="fill", consent_wording="May we?")

    assert Consent.objects.count() == 3


def test_an_old_yes_of_a_list_does_not_undo_a_later_no(scope, manager):
    open_all_day()
    lead = make_lead(phone="+919000000022")
    note_consent(
        lead, Said(Purpose.PROMOTIONAL, Channel.CALL, Consent.State.WITHDRAWN, Consent.Source.CALL), by=manager
    )
    imported(LIST, manager, duplicates="fill")

    assert Consent.objects.filter(lead=lead, channel="call").standing().get().state == "withdrawn"


def test_the_page_of_the_lead_and_the_gate_know_it(client_of, scope, manager):
    open_all_day()
    text = "Phone,Service calls,On\n9000000022,no,20/11/2026\n9000000023,yes,20/11/2026\n"
    mapping = {0: "phone", 1: "consent_service_call", 2: consenting.AT}
    imported(text, manager, mapping, consent_wording="May we call?")
    refuses, agrees = Lead.objects.order_by("phone")

    page = client_of(manager).get(reverse("leads:consents", args=[refuses.pk, "service", "call"])).content.decode()
    assert "List that was imported" in page
    assert "leads.csv:2" in page
    assert decide_to_call(refuses, manager).reason == "consent_refused"
    assert decide_to_call(agrees, manager).is_allowed


def test_undoing_takes_the_words_with_the_leads_it_made_and_keeps_leads_that_said_more(scope, manager):
    old = make_lead(name="A", phone="+919000000022")
    batch = imported(LIST, manager, duplicates="fill", consent_wording="May we?")
    stays = Lead.objects.get(name="C")
    note_consent(stays, Said(Purpose.SERVICE, Channel.CALL, Consent.State.REFUSED, Consent.Source.CALL), by=manager)
    undoing_import.start_undo(batch, by=manager)
    step(importing.UNDO, batch)

    assert set(Lead.objects.all()) == {old, stays}
    assert set(Consent.objects.values_list("lead", flat=True)) == {old.pk, stays.pk}


def test_consents_cost_one_question_however_many(scope, manager):
    def asked(count):
        text = "Phone,Offers,On\n" + "".join(f"90{count:03d}{n:05d},yes,20/11/2026\n" for n in range(count))
        batch = look(
            upload(text, manager), mapping={0: "phone", 1: "consent_promotional_call", 2: consenting.AT},
            consent_wording="May we?",
        )  # fmt: skip
        with CaptureQueriesContext(connection) as queries:
            run(batch)
        return len([query for query in queries if "leads_consent" in query["sql"]])

    assert asked(3) == asked(100) == 1


def test_the_form_asks_when_and_what_they_agreed_to(client_of, scope, manager):
    client, batch = client_of(manager), upload(LIST, manager)
    url = reverse("leads:import_map", args=[batch.pk])
    terms = {"duplicates": "fill", "legal_ground": "unknown", "column_0": "phone", "column_2": "consent_service_call"}

    refused = client.post(url, terms)
    page = refused.content.decode()
    assert refused.status_code == 422
    assert "Say when they agreed, or choose a column for it." in page
    assert "Say what they agreed to, or choose a column for that or for how they said it." in page
    assert client.post(url, terms | {"consent_on": "2031-01-01", "consent_wording": "x"}).status_code == 422
    assert client.post(url, terms | {"consent_on": "2026-11-01", "consent_wording": "x"}).status_code == 302
    kept = batch.reloaded().options
    assert (kept["consent_on"], kept["consent_wording"]) == ("2026-11-01", "x")
    assert 'value="2026-11-01"' in client.get(url).content.decode()


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("20/11/2026", "2026-11-20"),
        ("20-11-2026 4:05 pm", "2026-11-20T16:05:00"),
        ("20/11/2026, 12:00:30 AM", "2026-11-20T00:00:30"),
        ("2026-11-20T10:00:00+0530", "2026-11-20T10:00:00+05:30"),
        ("२०/११/२०२६ १०:३०", "2026-11-20T10:30:00"),
        ("20/11/2026 25:00", None),
        ("20/11/2026 13:00 pm", None),
        ("soon", None),
    ],
)
def test_moments_in_the_spellings_of_spreadsheets(text, moment):
    found = consenting.read_moment(text)

    assert (found and found.isoformat()) == moment
