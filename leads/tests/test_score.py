"""How promising somebody else finds a lead: typed, imported, filtered by, listed, merged, taken back."""

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts.tests.api import program_of
from leads.actions import importing, undoing_import
from leads.actions.merging import merge_leads
from leads.actions.undoing_merge import undo_merge
from leads.models import Lead
from leads.tests.factories import make_lead
from leads.tests.importing import import_list, step, storage  # noqa: F401 -- a fixture

PHONE = "+919000012345"


def test_the_table_takes_0_to_1000(scope):
    for score in (-1, 1001):
        with pytest.raises(IntegrityError), transaction.atomic():
            make_lead(score=score)
    make_lead(score=0)
    make_lead(score=1000)


def test_a_score_is_typed_shown_and_refused_with_a_reason(client_of, manager, scope):
    client = client_of(manager)

    refused = client.post(reverse("leads:new"), {"phone": PHONE, "name": "Asha", "score": "1001"})
    assert (refused.status_code, not Lead.objects.exists()) == (422, True)
    assert "less than or equal to 1000" in refused.content.decode()
    assert 'value="Asha"' in refused.content.decode()
    client.post(reverse("leads:new"), {"phone": PHONE, "score": "72"}, follow=True)

    lead = Lead.objects.get(phone=PHONE)
    assert lead.score == 72
    assert '<dt>Score</dt><dd class="num">72</dd>' in client.get(lead.get_absolute_url()).content.decode()
    listed = client.get(reverse("leads:list"), {"columns": "score", "score_min": "70"}).content.decode()
    assert "Score of 70 or more" in listed
    assert ">72<" in listed


@pytest.mark.usefixtures("storage")
def test_a_list_brings_scores_updates_them_and_takes_them_back(manager, scope):
    lead = make_lead(phone=PHONE, score=10)

    rows = "phone,Lead score\n90000 12345,72\n90000 12346,\n90000 12347,often\n"
    batch = import_list(rows, manager, duplicates="update")

    assert (lead.reloaded().score, batch.counts["warnings"]) == (72, 1)
    assert list(Lead.objects.exclude(pk=lead.pk).values_list("score", flat=True)) == [None, None]
    undoing_import.start_undo(batch, by=manager)
    step(importing.UNDO, batch)
    assert lead.reloaded().score == 10


def test_of_two_leads_a_score_is_chosen_and_given_back(manager, scope):
    keep, gone = make_lead(score=5), make_lead(score=80)

    merged = merge_leads(keep, gone, choices={"score"}, by=manager, versions=(keep.version, gone.version))
    assert keep.reloaded().score == 80
    undo_merge(merged, by=manager)

    assert (keep.reloaded().score, gone.reloaded().score) == (5, 80)


def test_programs_send_and_read_it(manager, scope):
    program = program_of(manager)

    made = program.post("/api/v1/leads/", {"phone": PHONE, "score": 400})

    assert (made.status_code, made.json()["score"]) == (201, 400)
    assert program.post("/api/v1/leads/", {"phone": "+919000012346", "score": 1001}).status_code == 422
