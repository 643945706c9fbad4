"""The pages of bulk jobs: the form with its count, the job, its rows, its undoing."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from jini.lib.ids import uuid7
from jini.lib.work import handler_of
from leads.actions import bulk
from leads.models import BulkJob, Lead, Status, Tag
from leads.tests.factories import make_lead


@pytest.fixture
def leads(scope):
    return [make_lead(city="Pune") for _ in range(3)]


def address(key, **query):
    plain = "&".join(
        f"{name}={each}" for name, value in query.items() for each in ([value] if isinstance(value, str) else value)
    )
    return f"{reverse('leads:bulk', args=[key])}?{plain}"


def picks(leads):
    return [str(lead.pk) for lead in leads]


def send(client, url, **fields):
    return client.post(url, {"job": str(uuid7())} | fields)


def work(job):
    while handler_of(bulk.WORK).run(job.organisation, job.pk) is not None:
        pass
    return job.reloaded()


def test_the_list_offers_what_the_role_may_do(client_of, leads, manager, telecaller):
    def offered(member):
        page = client_of(member).get(reverse("leads:list")).content.decode()
        return re.findall(r'formaction="/leads/bulk/([a-z]+)/"', page)

    make_lead(assigned_to=telecaller)
    assert offered(telecaller) == ["status", "tag", "untag", "bar"]
    assert {"assign", "status", "tag", "untag", "bar", "export", "delete"} <= set(offered(manager))


def test_all_that_match_are_counted_and_confirmed(client_of, leads, manager, telecaller):
    make_lead(city="Surat")
    client, url = client_of(manager), address("assign", all="1", city="pune")
    page = client.get(url)
    assert page.context["choice"].count_text == "3"
    assert "pune" in page.content.decode()

    answer = send(client, url, how="one", people=[str(telecaller.pk)])

    job = BulkJob.objects.get()
    assert answer.url == reverse("leads:bulk_job", args=[job.pk])
    job = work(job)
    assert (job.counts["done"], Lead.objects.filter(assigned_to=telecaller).count()) == (3, 3)


def test_leads_that_were_ticked_are_those_that_change(client_of, leads, manager):
    status = Status.objects.get(kind="won")
    client = client_of(manager)

    send(client, address("status", pick=picks(leads[:2]), city="nowhere"), status=str(status.pk))

    work(BulkJob.objects.get())
    assert Lead.objects.filter(status=status).count() == 2


def test_pressing_twice_starts_one_job(client_of, leads, manager):
    client, url = client_of(manager), address("tag", all="1")
    job = str(uuid7())
    answers = [client.post(url, {"job": job, "name": "Expo"}) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [302, 302]
    assert BulkJob.objects.count() == 1


def test_a_job_of_somebody_else_is_not_taken_over(client_of, leads, manager, admin):
    job = str(uuid7())
    client_of(admin).post(address("tag", all="1"), {"job": job, "name": "Expo"})

    assert client_of(manager).post(address("delete", all="1"), {"job": job}).status_code == 404


@pytest.mark.parametrize("key", ["assign", "delete", "export"])
def test_a_telecaller_may_not(client_of, telecaller, scope, key):
    make_lead(assigned_to=telecaller)
    client = client_of(telecaller)

    assert client.get(address(key, all="1")).status_code == 403
    assert client.post(address(key, all="1"), {"job": str(uuid7())}).status_code == 403
    assert not BulkJob.objects.exists()


def test_what_there_is_not(client_of, leads, manager):
    client = client_of(manager)

    assert client.get(address("nonsense", all="1")).status_code == 404
    assert client.get(reverse("leads:bulk_job", args=[uuid7()])).status_code == 404
    assert client.delete(address("tag", all="1")).status_code == 405


@pytest.mark.parametrize("query", [{}, {"pick": "nonsense"}, {"pick": str(uuid7())}, {"all": "1", "city": "nowhere"}])
def test_without_leads_one_is_led_back_to_the_list(client_of, leads, manager, query):
    assert client_of(manager).get(address("tag", **query)).url == reverse("leads:list")


def test_a_filter_that_no_longer_fits_is_refused_and_not_left_out(client_of, leads, manager):
    client, url = client_of(manager), address("delete", all="1", tag=str(uuid7()))

    assert client.get(url).status_code == 422
    assert send(client, url).status_code == 422
    assert not BulkJob.objects.exists()


@pytest.mark.parametrize(
    ("key", "fields"),
    [
        ("assign", {"how": "turn"}),
        ("assign", {"how": "one", "people": [str(uuid7())]}),
        ("assign", {"how": "sideways"}),
        ("status", {"status": str(uuid7())}),
        ("tag", {"name": "x" * 41}),
        ("tag", {"name": "  "}),
        ("tag", {"name": "a\x00b"}),
        ("untag", {"name": "Nobody has this"}),
        ("export", {"kind": "csv"}),
        ("export", {"kind": "pdf", "columns": ["name"]}),
    ],
)
def test_what_does_not_fit_is_said_and_starts_nothing(client_of, leads, manager, key, fields):
    answer = send(client_of(manager), address(key, all="1"), **fields)

    assert answer.status_code == 422
    assert "your attention" in answer.content.decode()
    assert not BulkJob.objects.exists()


def test_weights_and_capacities_must_be_numbers(client_of, leads, manager, telecaller):
    fields = {"how": "weighted", "people": [str(telecaller.pk)], f"weight-{telecaller.pk}": "0"}

    assert send(client_of(manager), address("assign", all="1"), **fields).status_code == 422


def test_ten_thousand_tags_are_no_trouble(client_of, leads, manager, django_assert_max_num_queries):
    Tag.objects.bulk_create(Tag(name=f"Tag {number}") for number in range(10_000))
    client, url = client_of(manager), address("tag", all="1")

    with django_assert_max_num_queries(20):
        page = client.get(url)
    answer = send(client, url, name="tag 9999")

    assert len(page.content) < 60_000
    assert answer.status_code == 302
    assert BulkJob.objects.get().params == {"tag": str(Tag.objects.get(name="Tag 9999").pk)}


def test_the_job_shows_its_progress_and_when_it_is_over_how_to_undo_it(client_of, leads, manager):
    client = client_of(manager)
    send(client, address("delete", all="1"))
    job = BulkJob.objects.get()
    url, htmx = reverse("leads:bulk_job", args=[job.pk]), {"HX-Request": "true"}
    assert 'hx-trigger="every 1s"' in client.get(url).content.decode()
    assert client.get(url, headers=htmx).content.decode().strip().startswith("<div")

    work(job)

    assert client.get(url, headers=htmx).headers["HX-Refresh"] == "true"
    page = client.get(url).content.decode()
    assert page.count(reverse("leads:bulk_undo", args=[job.pk])) == 2, "as a button and on the toast"

    client.post(reverse("leads:bulk_undo", args=[job.pk]))
    work(job)
    assert Lead.objects.count() == 3
    client.get(url, headers=htmx)
    page = client.get(url).content.decode()
    assert "Undone" in page
    assert "Delete: undone." in page
    listed = client.get(reverse("leads:bulk_jobs")).content.decode()
    assert ">Undone<" in listed
    assert client.post(reverse("leads:bulk_undo", args=[job.pk])).status_code == 409


def test_a_job_is_stopped_once(client_of, leads, manager):
    client = client_of(manager)
    send(client, address("delete", all="1"))
    url = reverse("leads:bulk_stop", args=[BulkJob.objects.get().pk])

    assert client.post(url).status_code == 302
    assert client.post(url).status_code == 409


def test_the_rows_say_what_became_of_each_lead(client_of, leads, manager):
    client = client_of(manager)
    send(client, address("tag", pick=picks(leads[:1])), name="Expo")
    work(BulkJob.objects.get())
    send(client, address("tag", all="1"), name="expo")
    job = BulkJob.objects.order_by("-pk").first()
    work(job)

    page = client.get(reverse("leads:bulk_rows", args=[job.pk]), {"state": "skipped"})

    assert [(row.lead, reason) for row, _seen, reason in page.context["lines"]] == [(leads[0], "It was so already.")]
    assert leads[0].get_absolute_url() in page.content.decode()
    assert client.get(reverse("leads:bulk_jobs")).context["lines"][0][0] == job


@pytest.mark.parametrize("name", ["bulk_rows", "bulk_job", "bulk_jobs"])
def test_pages_ask_the_same_queries_for_any_number(client_of, scope, manager, name):
    counts = []
    client = client_of(manager)
    for number in (1, 3):
        jobs = [
            bulk.start(uuid7(), bulk.actions()["tag"], {"tag": str(Tag.objects.get_or_create(name="x")[0].pk)}, by=manager, query={},
                       picked=[make_lead().pk for _ in range(number)])
            for _ in range(number)
        ]  # fmt: skip
        job = work(jobs[-1])
        url = reverse(f"leads:{name}", args=[] if name == "bulk_jobs" else [job.pk])
        client.get(url)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            client.get(url)
        counts.append(len(queries))

    assert counts[0] == counts[1]


def test_a_job_is_seen_by_who_sees_its_maker(client_of, leads, manager, telecaller, colleague):
    make_lead(assigned_to=telecaller)
    send(client_of(telecaller), address("tag", all="1"), name="Expo")
    url = reverse("leads:bulk_job", args=[BulkJob.objects.get().pk])

    assert client_of(manager).get(url).status_code == 200
    assert client_of(colleague).get(url).status_code == 404
