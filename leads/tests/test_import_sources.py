"""Sources that are asked for a list: what they bring, what is refused, and that each time is done once."""

import datetime as dt
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.conf import settings
from django.core import mail
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry, DueTask
from accounts.tenancy import acting_for
from jini.lib.work import handler_of
from leads.actions import fetching as actions
from leads.actions import import_settings, importing
from leads.importing import fetching
from leads.importing.reader import Refused
from leads.models import ImportBatch, ImportSource, Lead
from leads.tests.importing import import_list, step, storage  # noqa: F401 -- a fixture

LIST = "Who,Number\nKavita,9000000022\n"
pytestmark = pytest.mark.usefixtures("storage")


class Site(ThreadingHTTPServer):
    """Answers every path with what `answers` has for it, and remembers what it was asked."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Answer)
        self.answers = {}
        self.asked = []
        self.url = f"http://127.0.0.1:{self.server_port}"

    def has(self, path, content=b"", status=200, **headers):
        self.answers[path] = (status, content if isinstance(content, bytes) else content.encode(), headers)


class Answer(BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.asked.append((self.path, dict(self.headers)))
        status, content, headers = self.server.answers.get(self.path, (404, b"", {}))
        if headers.get("ETag") and self.headers.get("If-None-Match") == headers["ETag"]:
            status, content = 304, b""
        self.send_response(status)
        for name, value in ({"Content-Length": str(len(content))} | headers).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_args):
        pass


@pytest.fixture
def site(settings):
    settings.IMPORT_FROM_THIS_MACHINE = True
    with Site() as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def made(scope, manager):
    return first_list(manager)


def first_list(manager):
    return import_list("Who,Number\nFirst,9000000001\n", manager, mapping={0: "name", 1: "phone"}, source="Feed")


@pytest.fixture
def source(made, site, manager):
    return new_source(made, site, manager)


def new_source(made, site, manager):
    site.has("/leads.csv", LIST)
    row = ImportSource(name="Web form", url=f"{site.url}/leads.csv", every_hours=6)
    import_settings.save_source(row, fields=["url"], by=manager, like=made)
    ImportSource.objects.update(next_at=timezone.now())
    return row


def ask(source):
    """One step of its task, due now."""
    ImportSource.objects.filter(pk=source.pk).update(next_at=timezone.now())
    return handler_of(import_settings.FETCH).run(source.organisation, source.pk)


def fetched():
    return ImportBatch.objects.filter(source__isnull=False)


# The gate


def test_this_machine_is_out_of_reach_unless_a_test_says_so(scope):
    assert settings.IMPORT_FROM_THIS_MACHINE is False
    with pytest.raises(Refused) as refused:
        fetching.check("http://127.0.0.1/")
    assert refused.value.code == "insecure"
    with pytest.raises(Refused) as refused:
        fetching.fetch("https://127.0.0.1/")
    assert refused.value.code == "private"


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.0.0.8", "172.16.4.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
        "255.255.255.255", "::1", "::", "fe80::1%eth0", "fc00::1", "fd12::1", "ff02::1", "::ffff:10.0.0.1",
        "::ffff:127.0.0.1", "2002:7f00:1::", "2002:0a00:1::", "64:ff9b::a00:1", "2001:db8::1", "192.0.2.1",
    ],
)  # fmt: skip
def test_what_is_not_public_is_not_asked(address):
    assert not fetching.is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700:4700::1111", "::ffff:8.8.8.8"])
def test_what_is_public_may_be_asked(address):
    assert fetching.is_public(address)


def test_one_private_address_among_many_is_enough(monkeypatch):
    both = [(0, 0, 0, "", ("8.8.8.8", 443)), (0, 0, 0, "", ("10.0.0.1", 443))]
    monkeypatch.setattr(fetching.socket, "getaddrinfo", lambda *_args, **_more: both)
    with pytest.raises(Refused) as refused:
        fetching.fetch("https://leads.example/list.csv")
    assert refused.value.code == "private"


def test_the_connection_goes_to_the_address_that_was_looked_at(monkeypatch, site):
    """A name that answers otherwise the second time (DNS rebinding) is not asked a second time."""
    looked, real = [], fetching.socket.getaddrinfo

    def once(host, port, **more):
        looked.append(host)
        return real("127.0.0.1", port, **more) if len(looked) == 1 else real("10.0.0.1", port, **more)

    monkeypatch.setattr(fetching, "_public_address", lambda host, port: once(host, port)[0][4][0])
    site.has("/a", LIST)
    with fetching.fetch(f"http://leads.example:{site.server_port}/a") as found:
        assert found.file.read().decode() == LIST
    assert looked == ["leads.example"]
    assert site.asked[0][1]["Host"] == f"leads.example:{site.server_port}"


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("http://leads.example/", "insecure"), ("ftp://leads.example/", "insecure"), ("file:///etc/passwd", "insecure"),
        ("https:///list", "unreachable"), ("https://leads.example:99999/", "unreachable"), ("//x", "insecure"),
        ("https://[::1/", "unreachable"),
    ],
)  # fmt: skip
def test_an_address_must_be_https(url, code):
    with pytest.raises(Refused) as refused:
        fetching.check(url)
    assert refused.value.code == code


def test_a_redirect_is_looked_at_like_the_first_address(settings, site):
    site.has("/private", status=302, Location="http://10.0.0.1/x")
    site.has("/round", status=302, Location="/round")
    site.has("/file", status=302, Location="file:///etc/passwd")
    site.has("/on", status=301, Location="/list")
    site.has("/list", LIST)
    site.has("/odd", status=302, Location="https://[::1/")
    odd = {"/odd": "unreachable", "/é": "unreachable", "/ ": "unreachable"}
    for path, code in ({"/private": "private", "/round": "redirects", "/file": "insecure"} | odd).items():
        with pytest.raises(Refused) as refused:
            fetching.fetch(site.url + path)
        assert refused.value.code == code
    with fetching.fetch(f"{site.url}/on") as found:
        assert found.size == len(LIST)


def test_a_secret_goes_to_its_own_host_alone(site):
    site.has("/here", status=302, Location=f"http://localhost:{site.server_port}/there")
    site.has("/there", LIST)
    address = site.url.replace("http://", "http://asha:s%40cret@")
    with fetching.fetch(f"{address}/here"):
        pass

    (_, first), (_, second) = site.asked
    assert first["Authorization"] == "Basic YXNoYTpzQGNyZXQ="
    assert "Authorization" not in second


def test_too_much_half_a_list_and_an_error_are_refused(settings, site):
    settings.IMPORT_MAX_BYTES = 1024 * 1024
    site.has("/big", b"x" * (2 * 1024 * 1024))
    site.has("/half", b"x" * 10, **{"Content-Length": "20"})
    for path, code in {"/big": "too_large", "/half": "unreachable", "/missing": "status"}.items():
        with pytest.raises(Refused) as refused:
            fetching.fetch(site.url + path)
        assert refused.value.code == code


def test_a_slow_answer_is_given_up(monkeypatch, site):
    monkeypatch.setattr(fetching, "MOST_SECONDS", -1)
    site.has("/list", LIST)
    with pytest.raises(Refused) as refused:
        fetching.fetch(f"{site.url}/list")
    assert refused.value.code == "slow"


# The task


def test_a_list_is_fetched_and_imported_with_the_settings_of_the_first(source, manager):
    again = ask(source)
    batch = fetched().get()
    assert again > timezone.now() + dt.timedelta(hours=5)
    assert (batch.created_by, batch.file_name) == (manager, "Web form.csv")
    batch = step(importing.RUN, step(importing.READ, batch))

    assert (batch.state, batch.counts["new"]) == ("done", 1)
    assert Lead.objects.get(phone="+919000000022").source == "Feed"
    assert ImportSource.objects.get().last_batch == batch


def test_before_its_time_nothing_is_asked(source, site):
    ImportSource.objects.update(next_at=timezone.now() + dt.timedelta(hours=1))

    assert handler_of(import_settings.FETCH).run(source.organisation, source.pk) > timezone.now()
    assert site.asked == []


@pytest.mark.parametrize("headers", [{}, {"ETag": '"v1"'}])
def test_what_has_not_changed_is_not_imported_again(source, site, headers):
    site.has("/leads.csv", LIST, **headers)
    for _ in range(3):
        ask(source)

    assert fetched().count() == 1
    assert len(site.asked) == 3
    site.has("/leads.csv", LIST + "Amit,9000000023\n", ETag='"v2"')
    ask(source)
    assert fetched().count() == 2


def test_headings_that_changed_wait_for_a_person(client_of, source, site, manager):
    site.has("/leads.csv", "Name,Number\nKavita,9000000022\n")
    ask(source)
    batch = step(importing.READ, fetched().get())

    assert (batch.step, batch.state, batch.failure) == ("read", "failed", {"code": "headings"})
    page = client_of(manager).get(reverse("leads:import", args=[batch.pk])).content.decode()
    assert "The headings of the file have changed." in page


def test_failures_are_shown_and_the_fifth_pauses_and_tells(client_of, source, site, manager, mailoutbox):
    site.has("/leads.csv", status=500)
    for _ in range(4):
        assert ask(source) is not None
    assert ask(source) is None

    row = ImportSource.objects.get()
    assert (row.is_active, row.failures, row.failure) == (False, 5, {"code": "status", "status": 500})
    assert (
        "The address answered with the error 500." in client_of(manager).get(reverse("leads:sources")).content.decode()
    )
    handler_of(import_settings.TELL).run(source.organisation, source.pk)
    [message] = mail.outbox
    assert message.to == [manager.user.email]
    assert reverse("leads:source", args=[row.pk]) in message.body
    assert site.url not in message.body + message.subject
    assert AuditEntry.objects.filter(verb="source.paused").count() == 1
    assert ask(source) is None


def test_a_good_answer_forgives(source, site):
    site.has("/leads.csv", status=500)
    ask(source)
    site.has("/leads.csv", LIST)
    ask(source)

    assert (ImportSource.objects.get().failures, ImportSource.objects.get().failure) == (0, {})


def test_what_is_no_table_is_refused_as_an_upload_is(source, site):
    site.has("/leads.csv", b"")
    ask(source)
    assert ImportSource.objects.get().failure["code"] == "empty"
    site.has("/leads.csv", b"PK\x03\x04broken")
    ask(source)
    assert ImportSource.objects.get().failure["code"] == "broken"


def test_who_may_no_longer_import_brings_nothing(source, manager):
    type(manager).objects.filter(pk=manager.pk).update(role="telecaller")
    ask(source)

    assert ImportSource.objects.get().failure == {"code": "nobody"}
    assert not fetched().exists()


@pytest.mark.django_db(transaction=True)
def test_one_due_time_is_done_once_by_two_workers(organisation, manager, site, monkeypatch):
    """Both have asked the address before either of them writes."""
    barrier, real = threading.Barrier(2), actions.fetching.fetch

    def both(*args, **more):
        found = real(*args, **more)
        barrier.wait(10)
        return found

    monkeypatch.setattr(actions.fetching, "fetch", both)
    with acting_for(organisation):
        source = new_source(first_list(manager), site, manager)

    def work():
        actions.fetch_source(organisation, source.pk)
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with acting_for(organisation):
        assert fetched().count() == 1


# The pages


def sent(site, **changes):
    return {"name": "Portal", "url": f"{site.url}/leads.csv", "every_hours": "6", "at": "", "is_active": "on"} | changes


def test_a_source_is_made_of_an_import_changed_asked_and_deleted(client_of, made, site, manager):
    client = client_of(manager)
    new = reverse("leads:source_new", args=[made.pk])
    assert new in client.get(reverse("leads:import", args=[made.pk])).content.decode()
    assert client.get(new).status_code == 200
    assert client.post(new, sent(site)).url == reverse("leads:sources")
    row = ImportSource.objects.get()
    assert row.fields == {"who": "name", "number": "phone"}
    assert DueTask.objects.filter(task=import_settings.FETCH, subject_id=row.pk).exists()

    page = reverse("leads:source", args=[row.pk])
    assert client.post(page, sent(site, url="", every_hours="", at="09:30")).status_code == 302
    changed = ImportSource.objects.select_related("organisation").get()
    assert (changed.url, changed.every_hours) == (row.url, None)
    assert timezone.localtime(changed.next_at, changed.organisation.zone).time() == dt.time(9, 30)
    assert client.post(reverse("leads:source_asking", args=[row.pk])).status_code == 302
    assert ImportSource.objects.get().next_at <= timezone.now()
    assert client.post(reverse("leads:source_removal", args=[row.pk])).status_code == 302
    assert not ImportSource.objects.exists()


def test_a_secret_in_the_address_is_kept_encrypted_and_never_shown(client_of, made, site, manager, caplog):
    client = client_of(manager)
    secret = site.url.replace("http://", "http://asha:s3cret@") + "/leads.csv?token=t0ken"
    client.post(reverse("leads:source_new", args=[made.pk]), sent(site, url=secret))
    row = ImportSource.objects.get()
    assert row.url == secret
    with connection.cursor() as cursor:
        cursor.execute("SELECT url FROM leads_importsource WHERE id = %s", [row.pk])
        assert "s3cret" not in cursor.fetchone()[0]
    ask(row)
    pages = "".join(
        client.get(url).content.decode() for url in (reverse("leads:sources"), reverse("leads:source", args=[row.pk]))
    )
    refused = client.post(reverse("leads:source", args=[row.pk]), sent(site, name="", url=secret)).content.decode()
    said = str([entry.details for entry in AuditEntry.objects.all()]) + caplog.text + repr(row)

    for word in ("s3cret", "t0ken"):
        assert word not in pages + refused + said


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": ""}, "name"),
        ({"url": ""}, "url"),
        ({"url": "ftp://leads.example/x"}, "url"),
        ({"every_hours": "0"}, "every_hours"),
        ({"every_hours": "169"}, "every_hours"),
        ({"every_hours": "6", "at": "09:00"}, "at"),
        ({"every_hours": ""}, "at"),
        ({"every_hours": "", "at": "25:00"}, "at"),
    ],
)
def test_a_wrong_field_is_named(client_of, made, site, manager, changes, field):
    answer = client_of(manager).post(reverse("leads:source_new", args=[made.pk]), sent(site, **changes))

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert not ImportSource.objects.exists()


def test_a_name_is_there_once(client_of, made, site, manager):
    client, new = client_of(manager), reverse("leads:source_new", args=[made.pk])
    client.post(new, sent(site))

    assert client.post(new, sent(site, name="PORTAL")).status_code == 422


def test_either_hours_or_a_time_in_the_database(source):
    with pytest.raises(IntegrityError, match="import_source_hours_or_time"), transaction.atomic():
        ImportSource.objects.update(at=dt.time(9))


def test_others_may_not(client_of, source, made, manager, telecaller, outsider):
    for name in ("source", "source_asking", "source_removal"):
        url = reverse(f"leads:{name}", args=[source.pk])
        assert client_of(outsider).post(url).status_code == 404
        assert client_of(telecaller).post(url).status_code == 403
    assert client_of(manager).get(reverse("leads:source_asking", args=[source.pk])).status_code == 405
    assert client_of(outsider).get(reverse("leads:source_new", args=[made.pk])).status_code == 404
    assert "Web form" not in client_of(outsider).get(reverse("leads:sources")).content.decode()
