"""The ledger of consents: what the page shows and notes, what the database refuses, where the rows go."""

import datetime as dt

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.tenancy import acting_for
from jini.lib.erasing import erase_wholly
from jini.lib.purging import purges_of
from leads.actions.binning import delete_lead
from leads.actions.consents import Said, note_consent
from leads.actions.merging import merge_leads
from leads.actions.removing import remove_leads
from leads.actions.undoing_merge import undo_merge
from leads.models import Consent, Lead
from leads.tests.factories import make_lead
from privacy.contact_facts import Channel, Purpose

State = Consent.State
DAY = dt.timedelta(days=1)


@pytest.fixture
def lead(scope, telecaller):
    return make_lead(assigned_to=telecaller)


def note(lead, state=State.GIVEN, *, by, days_ago=None, purpose=Purpose.PROMOTIONAL, channel=Channel.CALL, **more):
    at = timezone.now() - days_ago * DAY if days_ago is not None else None
    return note_consent(lead, Said(purpose, channel, state, Consent.Source.CALL, obtained_at=at, **more), by=by)


def address(lead, purpose="promotional", channel="call"):
    return reverse("leads:consents", args=[lead.pk, purpose, channel])


def settle():
    """Have the database ask now what it asks when a transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")


@transaction.atomic
def delete_and_settle():
    Consent.objects.all().delete()
    settle()


def shown(client, lead):
    grid = client.get(lead.get_absolute_url()).context["consents"]
    return {(one.purpose, one.channel): one.consent and one.consent.state_label for __, row in grid for one in row}


def test_the_page_notes_a_word_and_shows_what_holds(client_of, lead, telecaller):
    client = client_of(telecaller)
    sent = {"source": "call", "wording": "May we call\nabout offers? Yes", "evidence": "Form 12"}

    given = client.post(address(lead), sent | {"state": "given", "valid_until": "2030-01-31"})

    assert given.status_code == 302
    row = Consent.objects.get()
    assert (row.state, row.source, row.wording, row.by) == (
        "given",
        "call",
        "May we call about offers? Yes",
        telecaller,
    )
    assert row.valid_until == dt.datetime(2030, 1, 31, 18, 30, tzinfo=dt.UTC)
    known = shown(client, lead)
    assert len(known) == 8
    assert {key: said for key, said in known.items() if said} == {("promotional", "call"): "Agreed"}

    client.post(address(lead), sent | {"state": "withdrawn"})

    assert shown(client, lead)["promotional", "call"] == "Withdrawn"
    history = client.get(address(lead)).context["history"]
    assert [(row.state, row.evidence) for row in history] == [("withdrawn", "Form 12"), ("given", "Form 12")]
    titles = [line.title for line in client.get(lead.get_absolute_url()).context["lines"]]
    assert titles[:2] == ["Consent, Offers by Calls: Withdrawn", "Consent, Offers by Calls: Agreed"]


def test_taking_back_asks_for_no_more_than_giving(client_of, lead, telecaller):
    client = client_of(telecaller)
    page = client.get(lead.get_absolute_url()).content.decode()
    assert page.count(address(lead)) == 1

    assert client.post(address(lead), {"source": "call", "wording": "Yes", "state": "given"}).status_code == 302
    assert client.post(address(lead), {"source": "call", "state": "withdrawn"}).status_code == 302


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"wording": ""}, "wording"),
        ({"state": "perhaps"}, "state"),
        ({"source": "import"}, "source"),
        ({"obtained_at": "2099-01-01T10:00"}, "obtained_at"),
        ({"valid_until": "2001-01-01"}, "valid_until"),
        ({"wording": "x" * 501}, "wording"),
    ],
)
def test_what_is_no_proof_is_refused_with_the_reason(client_of, lead, telecaller, fields, wrong):
    answer = client_of(telecaller).post(
        address(lead), {"source": "call", "wording": "Yes", "state": "given", "evidence": "A 7"} | fields
    )

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [wrong]
    assert 'value="A 7"' in answer.content.decode()
    assert not Consent.objects.exists()


@pytest.mark.parametrize(
    ("purpose", "channel"), [("recordings", "call"), ("service", "pigeon"), ("transactional", "sms")]
)
def test_what_is_not_asked_about_is_not_there(client_of, lead, telecaller, purpose, channel):
    assert client_of(telecaller).get(address(lead, purpose, channel)).status_code == 404


def test_a_lead_of_others_is_not_there(client_of, lead, colleague, outsider):
    assert client_of(colleague).post(address(lead), {"state": "given"}).status_code == 404
    assert client_of(outsider).get(address(lead)).status_code == 404


def test_the_newest_word_holds_whenever_it_was_written_down(client_of, lead, telecaller):
    note(lead, State.WITHDRAWN, by=telecaller, days_ago=5)
    note(lead, State.GIVEN, by=telecaller, days_ago=400)

    assert shown(client_of(telecaller), lead)["promotional", "call"] == "Withdrawn"


def test_what_ran_out_is_said_to_have_expired(client_of, lead, telecaller):
    note(lead, by=telecaller, days_ago=5, valid_until=timezone.now() - DAY)

    assert shown(client_of(telecaller), lead)["promotional", "call"] == "Expired"


def test_the_same_said_twice_of_one_moment_is_one_row(lead, telecaller):
    at = timezone.now() - DAY
    said = Said(Purpose.SERVICE, Channel.SMS, State.GIVEN, Consent.Source.FORM, obtained_at=at)

    assert note_consent(lead, said, by=telecaller) == note_consent(lead, said, by=telecaller)


@pytest.mark.parametrize("count", [1, 3])
def test_more_words_ask_no_more_questions(client_of, lead, telecaller, count):
    client = client_of(telecaller)
    note(lead, by=telecaller, days_ago=9)
    client.get(lead.get_absolute_url())
    with CaptureQueriesContext(connection) as before:
        client.get(lead.get_absolute_url())
    for channel in list(Channel)[:count]:
        note(lead, by=telecaller, channel=channel)
    with CaptureQueriesContext(connection) as after:
        client.get(lead.get_absolute_url())

    assert len(after) == len(before)


@pytest.mark.parametrize(
    "change", [{"state": "withdrawn"}, {"obtained_at": dt.datetime(2020, 1, 1, tzinfo=dt.UTC)}, {"wording": "Another"},
               {"valid_until": None}, {"by": None}, {"source": "form"}, {"channel": "sms"}]
)  # fmt: skip
def test_the_database_refuses_to_change_a_word(lead, telecaller, change):
    note(lead, by=telecaller, wording="Yes", valid_until=timezone.now() + DAY)

    with pytest.raises(IntegrityError, match="consent_stays"), transaction.atomic():
        Consent.objects.update(**change)


def test_the_database_refuses_to_delete_a_word_while_its_lead_stands(lead, telecaller):
    note(lead, by=telecaller)

    with pytest.raises(IntegrityError, match="consent_stays"):
        delete_and_settle()

    assert Consent.objects.count() == 1


@pytest.mark.parametrize(
    "facts",
    [
        {"purpose": "marketing"},
        {"obtained_at": timezone.now() + DAY},
        {"state": "refused", "valid_until": timezone.now() + DAY},
        {"valid_until": timezone.now() - 2 * DAY},
    ],
)
def test_the_database_refuses_what_no_ledger_says(lead, telecaller, facts):
    now = timezone.now()
    plain = {"purpose": "service", "channel": "call", "state": "given", "source": "call", "obtained_at": now - DAY}

    with pytest.raises(IntegrityError), transaction.atomic():
        Consent.objects.create(lead=lead, recorded_at=now, by=telecaller, **(plain | facts))


def test_a_merge_moves_the_words_and_the_newest_of_both_holds(client_of, lead, telecaller, admin):
    other = make_lead(assigned_to=telecaller)
    note(lead, State.GIVEN, by=telecaller, days_ago=5)
    theirs = note(other, State.WITHDRAWN, by=telecaller, days_ago=2)

    merge = merge_leads(lead, other, choices=[], by=admin, versions=(lead.version, other.version))

    assert shown(client_of(admin), lead)["promotional", "call"] == "Withdrawn"
    undo_merge(merge, by=admin)
    settle()
    assert theirs.reloaded().lead == other
    assert shown(client_of(admin), lead)["promotional", "call"] == "Agreed"


def test_words_go_with_a_lead_that_goes_for_good(lead, telecaller, manager):
    note(lead, by=telecaller)
    delete_lead(lead, by=manager)

    assert remove_leads([lead.pk]) == {lead.pk}
    settle()
    assert not Consent.objects.exists()


def test_of_an_erased_person_the_proof_stays_and_says_nothing_of_them(lead, telecaller):
    note(lead, by=telecaller, wording="Yes, says Anita", evidence="Form of Anita")
    Lead.everything.filter(pk=lead.pk).update(attempts=0)

    erase_wholly([lead.pk])
    settle()

    kept = Consent.objects.all()
    assert [(row.state, row.wording, row.evidence) for row in kept] in ([], [("given", "", "")])


def test_only_what_does_not_hold_any_more_is_ever_due(lead, telecaller):
    replaced = note(lead, State.GIVEN, by=telecaller, days_ago=2000)
    note(lead, State.WITHDRAWN, by=telecaller, days_ago=1500)
    ran_out = note(lead, by=telecaller, days_ago=3000, purpose=Purpose.SERVICE, valid_until=timezone.now() - 1200 * DAY)
    note(lead, by=telecaller, days_ago=3000, channel=Channel.SMS)

    (purge,) = purges_of("consents")

    due = purge.rows.filter(counted_from__lt=timezone.now() - 1095 * DAY)
    assert {row.pk for row in due} == {replaced.pk, ran_out.pk}
    due.delete()
    settle()
    assert Consent.objects.count() == 2


def test_another_organisation_sees_none(lead, telecaller, rival):
    note(lead, by=telecaller)

    with acting_for(rival):
        assert not Consent.objects.exists()
