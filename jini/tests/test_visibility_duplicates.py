"""Who sees which likely duplicates and merges: those of which they see both leads (ADR 9)."""

import itertools

import pytest
from django.urls import reverse

from jini.tests.sights import MANAGERS, SEES
from leads.actions.merging import merge_leads
from leads.models import Lead, LikelyDuplicate
from leads.tests.factories import make_lead

LEADERS = pytest.mark.parametrize("who", [*MANAGERS, "admin", "owner"])
# Pairs of leads of these people; both must be seen.
PAIRS = list(itertools.combinations(["asha", "bilal", "ela", "nobody"], 2))


@pytest.fixture
def client(client_of, world):
    return lambda who: client_of(world.people[who])


@pytest.fixture
def pairs(world):
    return {names: pair(*(world.leads[name] for name in names)) for names in PAIRS}


def pair(*leads):
    lead, other = sorted(leads, key=lambda one: one.pk)
    return LikelyDuplicate.objects.create(lead=lead, other=other, reasons=["name"], score=60)


@LEADERS
def test_the_page_of_pairs_and_the_decision_on_one(client, pairs, who):
    one = client(who)
    page = one.get(reverse("leads:duplicates")).context["page"]
    seen = {names for names in PAIRS if set(names) <= SEES[who]}

    shown = {row.pk for row in page.rows}
    assert {names for names, row in pairs.items() if row.pk in shown} == seen
    assert page.count_text == str(len(seen))
    for names, row in pairs.items():
        for action in ("dismissal", "reopening"):
            answer = one.post(reverse(f"leads:duplicate_{action}", args=[row.pk]))
            assert answer.status_code == (302 if names in seen else 404), (names, action)


@LEADERS
def test_the_page_that_merges_two(client, world, who):
    one = client(who)
    for names in itertools.permutations(world.leads, 2):
        address = reverse("leads:merge", args=[world.leads[name].pk for name in names])
        expected = set(names) <= SEES[who]
        assert one.get(address).status_code == (200 if expected else 404), names
        assert one.post(address, {}).status_code == (422 if expected else 404), names


@LEADERS
def test_the_warning_on_a_lead_tells_of_no_lead_out_of_sight(client, world, pairs, who):
    for name in SEES[who]:
        warned = client(who).get(world.leads[name].get_absolute_url()).context["duplicate"]
        partners = {other for names in PAIRS if name in names for other in names if other != name}
        assert (warned is not None) == bool(partners & SEES[who])
        assert warned is None or {warned.lead_id, warned.other_id} <= {world.leads[one].pk for one in SEES[who]}


@LEADERS
def test_merges_and_where_an_old_page_leads(client, world, who):
    made = {}
    for name in ("asha", "ela"):
        gone = make_lead(assigned_to=world.people[name], name=f"{name} again")
        keep = Lead.objects.get(pk=world.leads[name].pk)
        versions = (keep.version, gone.version)
        made[name] = merge_leads(keep, gone, choices=[], by=world.people["owner"], versions=versions)
    one = client(who)
    shown = {row.pk for row in one.get(reverse("leads:merges")).context["page"].rows}

    for name, merge in made.items():
        expected = name in SEES[who]
        assert (merge.pk in shown) == expected
        assert one.get(reverse("leads:merged", args=[merge.pk])).status_code == (200 if expected else 404)
        assert one.get(reverse("leads:lead", args=[merge.gone_id])).status_code == (302 if expected else 404)
        undoing = one.post(reverse("leads:merge_undo", args=[merge.pk]))
        assert undoing.status_code == (302 if expected else 404)


@pytest.mark.parametrize("who", ["asha", "bilal", "ela"])
def test_a_telecaller_neither_sees_pairs_nor_merges(client, world, pairs, who):
    one = client(who)
    assert one.get(reverse("leads:duplicates")).status_code == 403
    assert one.get(reverse("leads:merges")).status_code == 403
    assert one.get(world.leads[who].get_absolute_url()).context["duplicate"] is None
