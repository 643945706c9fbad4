import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry, User
from accounts.tenancy import acting_for
from dialer import tasks
from dialer.actions.calling import NotAllowed, start_call
from dialer.actions.stopping import stop_dialling
from dialer.calls.contact import decide_to_call
from dialer.models import Call, Dialling, InstallationStop
from dialer.tests.factories import make_call, open_all_day
from leads.tests.factories import make_lead
from privacy.contact_reasons import Reason
from privacy.models import ContactPolicy

URL, STOP, RESUME = "/settings/limits/", "/settings/telephony/stop/", "/settings/telephony/resume/"


@pytest.fixture
def lead(scope, telecaller):
    open_all_day()
    return make_lead(assigned_to=telecaller)


def test_limits_and_prices_are_saved_as_a_new_version_of_the_rules(client_of, admin, organisation):
    client = client_of(admin)
    assert client.get(URL).status_code == 200

    answer = client.post(
        URL, {"daily_calls": "300", "member_daily_minutes": "90", "daily_spend": "999.50", "minute_price": "1.2"}
    )

    assert answer.url == URL
    with acting_for(organisation):
        policy, dialling = ContactPolicy.objects.get(), Dialling.objects.get()
        assert (policy.daily_calls, policy.member_daily_minutes, str(policy.daily_spend)) == (300, 90, "999.50")
        assert (policy.version, str(dialling.minute_price), dialling.dollar_rate) == (2, "1.2000", None)
        verbs = set(AuditEntry.objects.values_list("verb", flat=True))
        assert {"contact-policy.changed", "dialling.changed"} <= verbs


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"daily_calls": ""}, "daily_calls"),
        ({"daily_calls": "-1"}, "daily_calls"),
        ({"daily_spend": "-1"}, "daily_spend"),
        ({"member_daily_calls": "11"}, "member_daily_calls"),
        ({"minute_price": "-1"}, "minute_price"),
        ({"dollar_rate": "0"}, "dollar_rate"),
        ({"dollar_rate": "9" * 9}, "dollar_rate"),
    ],
)
def test_a_wrong_limit_is_named_and_nothing_is_saved(client_of, admin, organisation, sent, field):
    answer = client_of(admin).post(URL, {"daily_calls": "10"} | sent)

    assert (answer.status_code, list(answer.context["form"].errors)) == (422, [field])
    with acting_for(organisation):
        assert ContactPolicy.objects.get().version == 1


@pytest.mark.parametrize("path", [URL, STOP])
def test_limits_are_for_admins(client_of, manager, path):
    assert client_of(manager).get(path).status_code == 403
    assert client_of(manager).post(path).status_code == 403
    assert client_of(manager).post(RESUME).status_code == 403


def test_wrong_methods_are_refused(client_of, admin):
    assert client_of(admin).delete(URL).status_code == 405
    assert client_of(admin).get(RESUME).status_code == 405


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_asks_the_same_questions_for_any_number_of_people(
    client_of, admin, scope, count, django_assert_num_queries
):
    from accounts.tests.factories import make_member  # noqa: PLC0415 -- beside its one use

    open_all_day()
    for _ in range(count):
        member = make_member(scope)
        start_call(make_lead(assigned_to=member), by=member)
    client = client_of(admin)
    client.get(URL)

    with django_assert_num_queries(17):
        assert len(client.get(URL).context["used"]) == count + 1


def test_one_press_stops_every_call_and_says_who_and_why(client_of, admin, telecaller, lead):
    client = client_of(admin)
    assert client.post(STOP, {"reason": ""}).status_code == 422

    assert client.post(STOP, {"reason": "Wrong price list"}).url == reverse("dialer:telephony")

    with pytest.raises(NotAllowed) as refusal:
        start_call(lead, by=telecaller)
    assert refusal.value.decision.reason == Reason.STOPPED
    page = client.get(reverse("dialer:telephony")).content.decode()
    assert "Ravi Menon" in page
    assert "Wrong price list" in page
    assert "stopped all calls" in client_of(telecaller).get(reverse("dialer:why", args=[lead.pk])).content.decode()
    assert AuditEntry.objects.get(verb="dialling.stopped").actor_id == admin.pk

    client.post(RESUME)
    client.post(RESUME)
    assert decide_to_call(lead, telecaller).is_allowed
    assert AuditEntry.objects.filter(verb="dialling.resumed").count() == 1


def test_an_accepted_call_is_not_dialled_any_more(lead, telecaller, admin, organisation):
    call = start_call(lead, by=telecaller)

    stop_dialling(reason="Stop", by=admin, ends_calls=False)
    tasks.place_call(organisation, call.pk)

    call = Call.objects.get(pk=call.pk)
    assert (call.status, call.failure, call.agent_status) == ("failed", "stopped", "intent")


def test_the_lead_is_not_rung_when_calls_stop_after_the_telecaller_answered(lead, telecaller, admin, organisation):
    call = start_call(lead, by=telecaller)
    Call.objects.update(agent_status="in-progress", status="in-progress")

    stop_dialling(reason="Stop", by=admin, ends_calls=False)
    tasks.ring_customer(organisation, call.pk)

    call = Call.objects.get(pk=call.pk)
    assert (call.failure, call.customer_status) == ("stopped", "intent")


@pytest.mark.parametrize("ends", [True, False])
def test_calls_under_way_end_by_choice(scope, telecaller, admin, ends):
    live = make_call(
        make_lead(), telecaller, status="in-progress", ended_at=None, closed_at=None, wrap_up_seconds=None,
        customer_status="in-progress",
    )  # fmt: skip

    stop_dialling(reason="Stop", by=admin, ends_calls=ends)

    live.refresh_from_db()
    assert (live.hang_up_asked_at is not None) is ends


def test_who_stopped_first_stands(scope, admin, owner):
    stop_dialling(reason="First", by=admin, ends_calls=False)
    stop_dialling(reason="Second", by=owner, ends_calls=True)

    dialling = Dialling.objects.get()
    assert (dialling.stop_reason, dialling.stopped_by) == ("First", admin)


def test_the_operator_stops_every_organisation_in_the_admin_site(client_of, admin, lead, telecaller):
    operator = User.objects.create_superuser(email="operator@example.com", password=None)
    from django.test import Client  # noqa: PLC0415 -- beside its one use

    client = Client()
    client.force_login(operator)
    url = reverse("admin:dialer_installationstop_add")
    assert client_of(admin).get(url).status_code == 403

    client.post(url, {"reason": "Carrier attack", "ended_at_0": "", "ended_at_1": ""})

    assert decide_to_call(lead, telecaller).reason == Reason.STOPPED_BY_OPERATOR
    assert "every organisation" in client_of(admin).get(reverse("dialer:telephony")).content.decode()
    with pytest.raises(IntegrityError), transaction.atomic():
        InstallationStop.objects.create(reason="Again")
    InstallationStop.objects.update(ended_at=timezone.now())
    assert decide_to_call(lead, telecaller).is_allowed


@pytest.mark.parametrize("change", ["stopped_at = now()", "minute_price = -1", "dollar_rate = 0"])
def test_the_database_refuses_a_dialling_that_makes_no_sense(scope, change):
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE dialer_dialling SET {change}")


def test_an_organisation_has_one_dialling(scope):
    with pytest.raises(IntegrityError), transaction.atomic():
        Dialling.objects.create()
