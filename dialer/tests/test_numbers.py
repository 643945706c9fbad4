import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import AuditEntry
from accounts.tenancy import acting_for
from dialer.actions.calling import NotAllowed, start_call
from dialer.calls.caller import shown_in, shown_to
from dialer.calls.contact import decide_to_call
from dialer.campaigns.judging import callers_of, judge
from dialer.models import Campaign, PhoneNumber, TelephonyAccount
from dialer.tests.factories import make_campaign, make_entry, open_all_day
from leads.tests.factories import make_lead
from privacy.contact_facts import Purpose, Series
from privacy.contact_reasons import GateName, Reason
from privacy.models import ContactPolicy

URL = "/settings/numbers/"
PROMOTIONAL, ORDINARY = "+911401234567", "+912240000001"
RULES = {
    "purpose": "service", "promotional": ["140"], "service": ["1600", "ordinary"], "transactional": ["1600", "ordinary"]
}  # fmt: skip


def make_number(phone=PROMOTIONAL, **fields):
    series = Series.PROMOTIONAL if phone.startswith("+91140") else Series.ORDINARY
    return PhoneNumber.objects.create(**({"phone": phone, "provider": "simulator", "series": series} | fields))


@pytest.fixture
def lead(scope, telecaller):
    open_all_day()
    return make_lead(assigned_to=telecaller)


def test_the_page_shows_the_own_numbers_only(client_of, admin, scope, rival):
    make_number(label="Sales")
    with acting_for(rival):
        make_number("+911409999999", label="Theirs")

    page = client_of(admin).get(URL).content.decode()

    assert "Sales" in page
    assert "Theirs" not in page


def test_a_number_is_added_with_the_series_that_its_digits_say(client_of, admin, organisation):
    client = client_of(admin)
    assert client.get(f"{URL}new/").status_code == 200

    answer = client.post(
        f"{URL}new/", {"phone": "140 123 4567", "label": "Offers", "provider": "simulator", "is_active": "on"}
    )

    assert answer.url == URL
    with acting_for(organisation):
        added = PhoneNumber.objects.get()
        assert (added.phone, added.label, added.series, added.is_active) == (PROMOTIONAL, "Offers", "140", True)
        assert AuditEntry.objects.get(verb="number.added").subject_id == added.pk


def test_another_series_can_be_stated_and_taken_back(client_of, admin, organisation):
    client = client_of(admin)
    with acting_for(organisation):
        number = make_number(ORDINARY)

    client.post(f"{URL}{number.pk}/", {"series": "140", "is_active": "on"})
    with acting_for(organisation):
        number.refresh_from_db()
        assert (number.series, number.is_stated) == ("140", True)

    client.post(f"{URL}{number.pk}/", {"series": "", "is_active": "on"})
    with acting_for(organisation):
        number.refresh_from_db()
        assert (number.series, number.is_stated) == ("ordinary", False)


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"phone": "12"}, "phone"),
        ({"phone": "140 123 4567"}, "phone"),
        ({"provider": "own_phone"}, "provider"),
        ({"series": "160"}, "series"),
        ({"label": "x" * 61}, "label"),
    ],
)
def test_what_is_no_number_or_here_already_is_refused(client_of, admin, scope, sent, field):
    make_number()

    answer = client_of(admin).post(f"{URL}new/", {"phone": "140 765 4321", "provider": "simulator"} | sent)

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]


def test_a_number_in_use_is_not_switched_off(client_of, admin, scope):
    number = make_number()
    campaign = make_campaign(number=number)
    client = client_of(admin)

    refused = client.post(f"{URL}{number.pk}/", {"label": ""})
    assert refused.status_code == 422
    assert "is_active" in refused.context["form"].errors

    Campaign.objects.filter(pk=campaign.pk).update(state=Campaign.State.ENDED)
    assert client.post(f"{URL}{number.pk}/", {"label": ""}).url == URL
    number.refresh_from_db()
    assert number.is_active is False


def test_what_a_series_may_carry_is_a_new_version_of_the_rules(client_of, admin, scope):
    client = client_of(admin)

    client.post(URL, RULES | {"promotional": ["140", "ordinary"], "purpose": "promotional"})
    policy = ContactPolicy.objects.get()
    assert (policy.version, policy.purpose, policy.series["promotional"]) == (2, "promotional", ["140", "ordinary"])

    client.post(URL, RULES | {"promotional": ["140", "ordinary"], "purpose": "promotional"})
    assert ContactPolicy.objects.get().version == 2
    assert client.post(URL, RULES | {"promotional": []}).status_code == 422


@pytest.mark.parametrize("path", [URL, f"{URL}new/"])
def test_numbers_are_for_admins(client_of, manager, path):
    assert client_of(manager).get(path).status_code == 403


def test_nobody_reaches_a_number_of_another_organisation(client_of, admin, rival):
    with acting_for(rival):
        number = make_number()

    assert client_of(admin).get(f"{URL}{number.pk}/").status_code == 404
    assert client_of(admin).delete(URL).status_code == 405


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_asks_the_same_questions_for_any_number(
    client_of, admin, organisation, count, django_assert_num_queries
):
    with acting_for(organisation):
        for digit in range(count):
            make_campaign(number=make_number(f"+91140000000{digit}"))
    client = client_of(admin)
    client.get(URL)

    with django_assert_num_queries(16):
        assert client.get(URL).status_code == 200


@pytest.mark.parametrize("fields", [{"phone": PROMOTIONAL}, {"phone": "140"}, {"phone": "+911400", "series": "141"}])
def test_the_database_refuses_a_number_twice_in_no_e164_or_of_no_series(scope, fields):
    make_number()

    with pytest.raises(IntegrityError), transaction.atomic():
        make_number(**fields)


def test_a_promotional_campaign_calls_from_a_promotional_number_only(lead, telecaller):
    make_number(ORDINARY)
    TelephonyAccount.objects.update(caller_id=ORDINARY)
    campaign = make_campaign(telecaller, purpose=Purpose.PROMOTIONAL)
    make_entry(lead, campaign, leased_to=telecaller, lease_until=timezone.now())

    with pytest.raises(NotAllowed) as refusal:
        start_call(lead, by=telecaller, campaign=campaign)
    decision = refusal.value.decision
    assert (decision.refusal.gate, decision.reason) == (GateName.SERIES, Reason.NOT_PROMOTIONAL_SERIES)
    assert (decision.dialable_at, "(140)" in decision.sentence) == (None, True)
    assert decide_to_call(lead, telecaller).reason == Reason.NOT_PROMOTIONAL_SERIES

    campaign.number = make_number()
    campaign.save()
    call = start_call(lead, by=telecaller, campaign=campaign)
    assert call.caller_id == PROMOTIONAL
    assert AuditEntry.objects.get(verb="call.started").details["purpose"] == "promotional"


def test_a_service_call_is_not_made_from_a_promotional_number(lead, telecaller):
    campaign = make_campaign(telecaller, number=make_number())

    with pytest.raises(NotAllowed) as refusal:
        start_call(lead, by=telecaller, campaign=campaign)

    assert refusal.value.decision.reason == Reason.NOT_SERVICE_SERIES


def test_the_rules_may_say_otherwise_and_the_number_may_rest(lead, telecaller):
    ContactPolicy.objects.update(series={purpose: ["140"] for purpose in Purpose})
    number = make_number()
    campaign = make_campaign(telecaller, number=number)
    assert decide_to_call(lead, telecaller, shown=shown_in(campaign)).is_allowed

    PhoneNumber.objects.update(is_active=False)
    assert decide_to_call(lead, telecaller, shown=shown_in(campaign)).reason == Reason.CALLER_RESTS


def test_a_number_of_another_provider_is_not_shown(lead, telecaller):
    TelephonyAccount.objects.update(caller_id=ORDINARY)
    campaign = make_campaign(telecaller, number=make_number(provider="twilio"), purpose=Purpose.PROMOTIONAL)

    shown = shown_in(campaign)

    assert (shown.phone, shown.caller.series, shown.purpose) == (ORDINARY, "ordinary", "promotional")


def test_own_phones_show_their_own_number(lead, telecaller):
    TelephonyAccount.objects.update(provider="own_phone", is_active=True)
    ContactPolicy.objects.update(purpose=Purpose.PROMOTIONAL)

    call = start_call(lead, by=telecaller)

    assert (call.caller_id, shown_to(lead).caller) == ("", None)


def test_outside_of_campaigns_the_rules_say_what_calls_are(lead, telecaller):
    ContactPolicy.objects.update(purpose=Purpose.PROMOTIONAL)

    assert decide_to_call(lead, telecaller).reason == Reason.NOT_PROMOTIONAL_SERIES


def test_the_counting_of_a_campaign_knows_the_gate(lead, telecaller):
    campaign = make_campaign(telecaller, purpose=Purpose.PROMOTIONAL)
    entry = make_entry(lead, campaign)

    judged = judge([entry], campaign, callers_of(campaign), timezone.now())

    assert [(row.gate, row.opens_at) for row in judged] == [("caller_series", None)]


def test_a_campaign_is_not_saved_with_a_number_that_may_not_carry_its_calls(client_of, manager, telecaller, scope):
    campaign = make_campaign(telecaller)
    number = make_number()
    sent = {
        "name": "Offers", "priority": "5", "opens_at": "10:00", "closes_at": "20:00", "maximum_attempts": "6",
        "members": [telecaller.pk],
    }  # fmt: skip
    client = client_of(manager)
    url = f"/campaigns/{campaign.pk}/edit/"
    page = client.get(url).context["form"]
    sent |= {name: page[name].value() for name in page.fields if name.startswith(("delay_", "times_"))}

    for wrong in ({"purpose": "promotional", "number": ""}, {"purpose": "service", "number": number.pk}):
        answer = client.post(url, sent | wrong)
        assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["number"])

    assert client.post(url, sent | {"purpose": "promotional", "number": number.pk}).status_code == 302
    campaign.refresh_from_db()
    assert (campaign.purpose, campaign.number_id) == ("promotional", number.pk)


def test_the_number_of_telephony_becomes_one_of_the_organisations(client_of, admin, organisation):
    client_of(admin).post(
        "/settings/telephony/",
        {"provider": "twilio", "account_sid": "AC" + "1" * 32, "auth_token": "x", "caller_id": "+14155552671"},
    )

    with acting_for(organisation):
        found = PhoneNumber.objects.get()
        assert (found.phone, found.provider, found.series) == ("+14155552671", "twilio", "ordinary")
