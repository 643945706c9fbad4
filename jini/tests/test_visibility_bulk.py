"""Who sees what, in the bin and in bulk jobs: the same rule as everywhere."""

import csv
import io

import pytest
from django.core.files.storage import FileSystemStorage
from django.urls import reverse

from jini.lib.ids import uuid7
from jini.lib.work import handler_of
from jini.tests.sights import MANAGERS, SEES, TELECALLERS
from jini.tests.test_visibility import FOLLOWERS, LEADERS, client, expected, statuses  # noqa: F401
from leads.actions import bulk
from leads.actions.binning import delete_lead
from leads.bulk.actions import actions
from leads.bulk.forms import AssignForm
from leads.models import BulkJob, Lead, LeadTag, Tag
from teams.visibility import people_seen_by


@pytest.fixture(autouse=True)
def storage(monkeypatch, tmp_path):
    monkeypatch.setattr(BulkJob._meta.get_field("file"), "storage", FileSystemStorage(location=tmp_path))


def do(world, who, key, params, *, picked=None):
    ids = None if picked is None else [lead.pk for lead in picked]
    job = bulk.start(uuid7(), actions()[key], params, by=world.member(who), query={}, picked=ids)
    while handler_of(bulk.WORK).run(job.organisation, job.pk) is not None:
        pass
    return job.reloaded()


def names(leads):
    return {lead.name.removesuffix("'s lead").removeprefix("won by ") for lead in leads}


@FOLLOWERS
@pytest.mark.parametrize("is_picked", [True, False])
def test_a_job_changes_what_its_maker_sees_and_nothing_else(world, who, is_picked):
    tag = Tag.objects.create(name="Expo")

    do(world, who, "tag", {"tag": str(tag.pk)}, picked=Lead.objects.all() if is_picked else None)

    assert names(row.lead for row in LeadTag.objects.select_related("lead")) == SEES[who]


@LEADERS
def test_an_export_holds_what_its_maker_sees(client, world, who):  # noqa: F811
    job = do(world, who, "export", {"kind": "csv", "columns": ["name"]})
    file = b"".join(client(who).get(reverse("leads:bulk_file", args=[job.pk])).streaming_content)
    rows = list(csv.reader(io.StringIO(file.decode().removeprefix("\ufeff"))))[1:]

    assert {row[0].removeprefix("won by ").removesuffix("'s lead") for row in rows} == SEES[who]
    others = [name for name in (*MANAGERS, "admin", "owner") if name != who]
    assert {client(name).get(reverse("leads:bulk_file", args=[job.pk])).status_code for name in others} == {404}


@LEADERS
def test_the_bin(client, world, who):  # noqa: F811
    for lead in world.leads.values():
        delete_lead(lead, by=world.people["admin"])
    shown = {lead.pk for lead in client(who).get(reverse("leads:bin")).context["page"].rows}

    assert {name for name, lead in world.leads.items() if lead.pk in shown} == SEES[who]
    assert statuses(client(who), world.leads, "leads:lead") == expected(world.leads, SEES[who])
    for name, lead in world.leads.items():
        answer = client(who).post(reverse("leads:restoration", args=[lead.pk]))
        assert answer.status_code == (302 if name in SEES[who] else 404)


@FOLLOWERS
def test_jobs_of_who_is_seen(client, world, who):  # noqa: F811
    tag = {"tag": str(Tag.objects.create(name="Expo").pk)}
    jobs = {name: do(world, name, "tag", tag) for name in TELECALLERS}
    seen = SEES[who] - {"nobody"}
    shown = {job.pk for job, _action in client(who).get(reverse("leads:bulk_jobs")).context["lines"]}

    assert {name for name, job in jobs.items() if job.pk in shown} == seen
    for page in ("leads:bulk_job", "leads:bulk_rows"):
        assert statuses(client(who), jobs, page) == expected(jobs, seen)


def test_a_lead_that_moved_out_of_sight_is_not_named_among_the_rows(client, world):  # noqa: F811
    job = do(world, "west", "tag", {"tag": str(Tag.objects.create(name="Expo").pk)})
    lead = world.leads["asha"]
    Lead.objects.filter(pk=lead.pk).update(assigned_to=world.people["ela"])

    page = client("west").get(reverse("leads:bulk_rows", args=[job.pk])).content.decode()

    assert lead.get_absolute_url() not in page
    assert "asha&#x27;s lead" not in page
    assert "A lead of another team" in page


@LEADERS
def test_leads_are_given_to_people_who_are_seen(world, who):
    member = world.member(who)
    form = AssignForm(by=member)

    seen = people_seen_by(member).active().values_list("pk", flat=True)
    assert {pk for pk, _name in form.fields["people"].choices} == {str(pk) for pk in seen}
