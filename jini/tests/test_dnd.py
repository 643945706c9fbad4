"""Results of the DND registry: a file, what is left out of it and why, the API, and the setting."""

import datetime as dt

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.tenancy import acting_for
from accounts.tests.api import program_of
from leads.tests.factories import make_lead
from privacy.dnd_reading import read_rows, read_table
from privacy.models import ContactPolicy, DndFile, DndResult

PAGE = "/settings/dnd/"
DAY = dt.timedelta(days=1)


def bring(client, text, name="scrub.csv", **fields):
    content = text if isinstance(text, bytes) else text.encode()
    return client.post(PAGE, {"file": SimpleUploadedFile(name, content), "channel": "call"} | fields)


def stored():
    return [(row.phone, row.channel, row.is_registered) for row in DndResult.objects.order_by("phone", "channel")]


def test_a_file_is_brought_in_and_bad_rows_are_kept_with_the_reason(client_of, admin, scope):
    client, day = client_of(admin), f"{timezone.localtime() - DAY:%d/%m/%Y}"
    text = (
        "Mobile No.,DND Status,Date,Category,Channel\n"
        f"98765 43210,Non-DND,{day} 09:15,,voice\n"
        f'9876543211,DND,{day},"1,5",\n'
        f"9876543212,Registered,{day},0,SMS\n"
        f"12,DND,{day},,\n"
        f"9876543213,perhaps,{day},,\n"
        "9876543214,DND,01/01/2001,,\n"
        f"9876543215,DND,{day},,pigeon\n"
    )

    assert bring(client, text).status_code == 302

    assert stored() == [
        ("+919876543210", "call", False),
        ("+919876543211", "call", True),
        ("+919876543212", "sms", True),
    ]
    row = DndResult.objects.get(phone="+919876543211")
    assert (row.preference, row.source, row.by) == ("1,5", "file", admin)
    made = DndFile.objects.get()
    assert (made.taken, made.known) == (3, 0)
    assert [(number, field) for number, _cells, field, _why in made.refused] == [
        (5, "phone"), (6, "status"), (7, "checked"), (8, "channel"),
    ]  # fmt: skip
    errors = b"".join(client.get(reverse("privacy:dnd_errors", args=[made.pk])).streaming_content).decode()
    assert "perhaps" in errors
    assert "neither that the number is registered nor that it is not" in errors
    page = client.get(PAGE).content.decode()
    assert "4 rows left out" in page


def test_the_same_file_twice_brings_nothing_new(client_of, admin, scope):
    client, day = client_of(admin), f"{timezone.localtime() - DAY:%Y-%m-%d}"
    text = f"Phone;Status;Date\n9876543210;no;{day}\n9876543210;yes;{day}\n"

    for _time in range(2):
        bring(client, text)

    assert stored() == [("+919876543210", "call", False)]
    assert list(DndFile.objects.order_by("pk").values_list("taken", "known")) == [(1, 1), (0, 2)]


def test_rows_without_a_date_were_checked_when_the_form_says(client_of, admin, scope):
    at = timezone.localtime() - 3 * DAY

    bring(client_of(admin), "Phone,Status\n9876543210,clear\n", channel="sms", checked_at=f"{at:%Y-%m-%dT%H:%M}")

    row = DndResult.objects.get()
    assert (row.channel, row.checked_at) == ("sms", at.replace(second=0, microsecond=0))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (b"Phone,Status\n", "heading and at least one row"),
        (b"Name,City\nA,B\n", "there must be"),
        (b"\xff\xfe\x00P", "CSV in UTF-8"),
        (b"Phone,Status\n\x00,1\n", "CSV in UTF-8"),
        (b"Phone,Status\n" + b"9876543210,no\n" * 20_001, "more than 20,000 rows"),
    ],
)
def test_what_is_no_list_of_results_is_refused_with_the_reason(client_of, admin, scope, content, said):
    answer = bring(client_of(admin), content)

    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not DndResult.objects.exists()


def test_a_date_to_come_and_one_long_ago_are_refused(client_of, admin, scope):
    for at in ("2099-01-01T10:00", "2001-01-01T10:00"):
        answer = bring(client_of(admin), "Phone,Status\n9876543210,no\n", checked_at=at)

        assert list(answer.context["form"].errors) == ["checked_at"]


@pytest.mark.parametrize(
    ("word", "is_registered"),
    [
        ("DND", True),
        ("Non DND", False),
        ("NON-DND", False),
        ("Fully Blocked", True),
        ("Not Registered", False),
        ("Y", True),
    ],
)
def test_words_of_portals_are_understood(scope, word, is_registered):
    now = timezone.now()

    results, faulty = read_rows(
        read_table(f"MSISDN|Result\n919876543210|{word}\n".encode()), checked_at=now, channel="call"
    )

    assert not faulty
    assert [(one.phone, one.is_registered) for one in results] == [("+919876543210", is_registered)]


def test_who_may_not_set_anything_up_sees_nothing_of_it(client_of, manager, admin, rival, outsider):
    assert client_of(manager).get(PAGE).status_code == 403
    with acting_for(rival):
        theirs = DndFile.objects.create(file_name="x.csv", created_by=outsider)
    assert client_of(admin).get(reverse("privacy:dnd_errors", args=[theirs.pk])).status_code == 404


def item(**more):
    at = (timezone.now() - DAY).isoformat()
    return {"phone": "98765 43210", "is_registered": True, "checked_at": at, "preference": "1"} | more


def test_a_program_brings_results_in(admin, scope):
    sent = {"items": [item(), item(channel="sms", is_registered=False)]}
    program = program_of(admin)

    answers = [program.post("dnd-results/", sent).json() for _time in range(2)]

    assert answers == [{"taken": 2, "known": 0}, {"taken": 0, "known": 2}]
    assert stored() == [("+919876543210", "call", True), ("+919876543210", "sms", False)]


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"phone": "12"}, "items.1.phone"),
        ({"channel": "email"}, "items.1.channel"),
        ({"checked_at": "2099-01-01T00:00:00Z"}, "items.1.checked_at"),
        ({"checked_at": "2026-11-01T00:00:00"}, "items.1.checked_at"),
        ({"preference": "x" * 201}, "items.1.preference"),
    ],
)
def test_a_wrong_result_is_named_and_none_comes_in(admin, scope, fields, wrong):
    answer = program_of(admin).post("dnd-results/", {"items": [item(), item(**fields)]})

    assert (answer.status_code, list(answer.json()["fields"])) == (422, [wrong])
    assert not DndResult.objects.exists()


def test_a_key_of_a_manager_brings_nothing_in(manager, scope):
    assert program_of(manager).post("dnd-results/", {"items": [item()]}).status_code == 403


def test_nothing_and_too_many_are_refused(admin, scope):
    for items in ([], [item()] * 1_001):
        assert program_of(admin).post("dnd-results/", {"items": items}).status_code == 422


def test_the_lead_page_shows_the_newest_answer_of_each_channel(client_of, admin, telecaller, scope):
    lead = make_lead(assigned_to=telecaller)
    program_of(admin).post(
        "dnd-results/",
        {
            "items": [
                item(phone=lead.phone),
                item(phone=lead.phone, is_registered=False, checked_at=timezone.now().isoformat()),
            ]
        },
    )

    page = client_of(telecaller).get(lead.get_absolute_url())

    assert [(row.channel, row.is_registered) for row in page.context["registry"]] == [("call", False)]
    assert "not registered" in page.content.decode()


def test_the_setting_is_off_at_first_and_keeps_its_bounds(client_of, admin, scope):
    policy = ContactPolicy.objects.get()
    assert (policy.requires_dnd, policy.dnd_days) == (False, 7)
    client = client_of(admin)
    fields = client.get("/settings/hours/").context["form"].initial
    sent = {name: "" if value is None else value for name, value in fields.items()}
    sent |= {"opens_at": "10:00", "closes_at": "21:00", "requires_dnd": "on"}

    assert client.post("/settings/hours/", sent | {"dnd_days": "91"}).status_code == 422
    assert client.post("/settings/hours/", sent | {"dnd_days": "3"}).status_code == 302
    assert ContactPolicy.objects.values_list("requires_dnd", "dnd_days", "version").get() == (
        True,
        3,
        policy.version + 1,
    )
    with pytest.raises(IntegrityError, match="contact_policy_dnd_days"), transaction.atomic():
        ContactPolicy.objects.update(dnd_days=0)


@pytest.mark.parametrize("facts", [{"phone": "98765"}, {"checked_at": timezone.now() + DAY}])
def test_the_database_refuses_what_no_registry_says(admin, scope, facts):
    now = timezone.now()
    plain = {
        "phone": "+919876543210",
        "channel": "call",
        "is_registered": True,
        "source": "api",
        "checked_at": now - DAY,
    }

    with pytest.raises(IntegrityError), transaction.atomic():
        DndResult.objects.create(recorded_at=now, by=admin, **(plain | facts))
