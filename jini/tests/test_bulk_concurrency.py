"""A bulk step beside other people's transactions: it waits for nobody, and nobody waits in a circle."""

import threading

import pytest
from django.db import connection, transaction

from accounts.permissions import Role
from accounts.tenancy import acting_for
from accounts.tests.factories import make_member, make_organisation
from dialer.campaigns.queue import claim_next
from dialer.models import QueueEntry
from dialer.tests.factories import make_campaign, make_entry, open_all_day
from jini.lib.ids import uuid7
from jini.lib.work import handler_of
from leads.actions import bulk
from leads.actions.editing import assign
from leads.bulk.actions import actions
from leads.models import Lead
from leads.tests.factories import make_follow_up, make_lead

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def organisation(transactional_db):
    return make_organisation("Kiran Rooftop Solar")


@pytest.fixture
def people(organisation):
    return [make_member(organisation, Role.TELECALLER, first_name=name) for name in ("Asha", "Bilal")]


def begin(organisation, key, params, leads):
    by = make_member(organisation, Role.ADMIN)
    with acting_for(organisation):
        return bulk.start(uuid7(), actions()[key], params, by=by, query={}, picked=[lead.pk for lead in leads])


def to_one(person):
    return {"how": "one", "people": [[str(person.pk), 1, None]]}


def aside(act):
    """Run `act` on a connection of its own and return the thread."""

    def run():
        try:
            act()
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


@pytest.mark.parametrize("held", ["lead", "entry", "follow_up"])
def test_what_somebody_else_holds_is_passed_over_and_done_later(organisation, people, held):
    asha, bilal = people
    with acting_for(organisation):
        leads = [make_lead(assigned_to=asha) for _ in range(3)]
        entries = [make_entry(lead, make_campaign(asha)) for lead in leads]
        tasks = [make_follow_up(lead, asha) for lead in leads]
    job = begin(organisation, "assign", to_one(bilal), leads)
    bulk.take_step(organisation, job.pk)
    has_it, may_go = threading.Event(), threading.Event()
    row = {"lead": leads[1], "entry": entries[1], "follow_up": tasks[1]}[held]

    def hold():
        with acting_for(organisation):
            type(row).objects.select_for_update(of=("self",)).get(pk=row.pk)
            has_it.set()
            may_go.wait(30)

    other = aside(hold)
    assert has_it.wait(30)
    steps = [bulk.take_step(organisation, job.pk) for _ in range(2)]
    may_go.set()
    other.join()

    assert steps == [bulk.Next.MORE, bulk.Next.LATER]
    with acting_for(organisation):
        assert [lead.reloaded().assigned_to for lead in leads] == [bilal, asha, bilal]
    while handler_of(bulk.WORK).run(organisation, job.pk) is not None:
        pass
    with acting_for(organisation):
        assert {lead.reloaded().assigned_to for lead in leads} == {bilal}
        assert set(QueueEntry.objects.values_list("reserved_for", flat=True)) == {bilal.pk}


def claims(organisation, asha, _leads):
    for _ in range(10):
        with acting_for(organisation):
            claim_next(asha)
            QueueEntry.objects.filter(leased_to=asha).update(leased_to=None, lease_until=None)


def changes(organisation, asha, leads):
    for lead in reversed(leads[20:]):
        with acting_for(organisation):
            assign(lead, asha, by=None)


def test_a_job_beside_claims_and_single_changes_ends_and_nothing_is_lost(organisation, people, monkeypatch):
    asha, bilal = people
    monkeypatch.setattr(bulk, "MOST", 5)
    with acting_for(organisation):
        open_all_day()
        leads = [make_lead() for _ in range(40)]
        campaign = make_campaign(asha, bilal)
        for lead in leads:
            make_entry(lead, campaign)
    job = begin(organisation, "assign", to_one(bilal), leads)
    faults = []

    def noting(act):
        try:
            act(organisation, asha, leads)
        except Exception as error:  # noqa: BLE001 -- carried to the test
            faults.append(error)

    others = [aside(lambda act=act: noting(act)) for act in (claims, changes)]
    while handler_of(bulk.WORK).run(organisation, job.pk) is not None:
        pass
    for other in others:
        other.join()

    assert faults == []
    with acting_for(organisation):
        job = job.reloaded()
        assert (job.state, job.done, job.counts["done"] + job.counts["skipped"]) == ("done", 40, 40)
        for entry in QueueEntry.objects.filter(finished_at=None).select_related("lead"):
            # A lead that the queue handed out got its owner by that; its place is kept for nobody.
            assert entry.reserved_for_id in {entry.lead.assigned_to_id, None}


def test_two_workers_at_one_job_do_every_lead_once(organisation, people, monkeypatch):
    monkeypatch.setattr(bulk, "MOST", 3)
    with acting_for(organisation):
        leads = [make_lead() for _ in range(20)]
    job = begin(organisation, "delete", {}, leads)

    def work():
        while bulk.take_step(organisation, job.pk) is not bulk.Next.NOTHING:
            pass

    threads = [aside(work) for _ in range(2)]
    for thread in threads:
        thread.join()

    with acting_for(organisation):
        assert job.reloaded().counts["done"] == 20
        assert Lead.objects.count() == 0
        with transaction.atomic():
            assert Lead.everything.count() == 20
