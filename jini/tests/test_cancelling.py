"""Cancelling the account of an organisation: asked for, confirmed, thought over, and what stops at once."""

import datetime as dt

import pytest
import time_machine
from django.core import mail
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.actions.api_keys import create_key
from accounts.actions.invitations import NotOpen, invitation_of, invite
from accounts.models import DueTask, Invitation, Notification, Organisation
from accounts.permissions import Role
from accounts.tasks import run_due
from accounts.tenancy import acting_for
from accounts.tests.factories import PASSWORD, make_member
from dialer.calls.contact import decide_to_call
from dialer.closing import LEAVE_PROVIDERS, leave_providers
from dialer.incoming.arriving import hear
from dialer.models import IncomingCall, TelephonyAccount
from dialer.providers.port.incoming import Arrival
from dialer.tests.factories import make_call
from jini.lib.work import handler_of
from leads.models import Lead
from leads.tests.factories import make_lead
from privacy.actions import cancelling
from privacy.actions.holding import Kept, lift_hold, place_hold
from privacy.contact_reasons import Reason
from privacy.models import Cancellation, Export

URL = "/settings/organisation/cancel/"
DAY = dt.timedelta(days=1)
NOW = dt.datetime(2027, 1, 4, 9, 0, tzinfo=dt.UTC)


@pytest.fixture
def clock():
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def partner(organisation):
    return make_member(organisation, Role.OWNER, first_name="Nisha", last_name="Rao")


def ask(owner, reason=""):
    with acting_for(owner.organisation):
        return cancelling.ask_to_cancel(reason=reason, by=owner)


def step(made):
    organisation = Organisation.objects.get(pk=made.organisation_id)
    return handler_of(cancelling.CANCEL).run(organisation, made.pk)


def begin(owner, clock):
    """A cancellation in the time to think it over."""
    made = ask(owner)
    clock.shift(DAY)
    step(made)
    return fresh(made)


def fresh(made):
    with acting_for(made.organisation):
        return Cancellation.objects.get(pk=made.pk)


def state_of(made):
    return Organisation.objects.get(pk=made.organisation_id).state


def told(member, kind):
    with acting_for(member.organisation):
        return Notification.objects.filter(member=member, kind=kind).count()


def stepped_up(client):
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    return client


def test_from_the_page_with_the_name_typed_and_the_password_given(client_of, owner):
    client = client_of(owner)
    assert "What happens, and when" in client.get(URL).content.decode()
    assert client.post(URL, {"typed": "Kiran Rooftop Solar"}).url.startswith("/accounts/reauthenticate/")

    stepped_up(client)
    wrong = client.post(URL, {"typed": "Rival Traders"})
    assert wrong.status_code == 422
    assert "This is not its name." in wrong.content.decode()
    assert client.post(URL, {"typed": " kiran rooftop  solar ", "reason": "We close"}).url == URL

    page = client.get(URL).content.decode()
    assert "We close" in page
    assert "Take it back" in page


@pytest.mark.parametrize("role", [Role.ADMIN, Role.MANAGER, Role.TELECALLER])
def test_nobody_but_an_owner_sees_or_does_it(client_of, organisation, role):
    client = client_of(make_member(organisation, role))

    for url in (URL, f"{URL}undoing/", f"{URL}confirmation/"):
        assert client.post(url).status_code == 403


def test_two_tabs_ask_once(client_of, owner):
    client = stepped_up(client_of(owner))
    client.post(URL, {"typed": "Kiran Rooftop Solar"})

    second = client.post(URL, {"typed": "Kiran Rooftop Solar"})

    assert second.status_code == 409
    assert "Take it back" in second.content.decode()
    with acting_for(owner.organisation):
        assert Cancellation.objects.count() == 1


def test_the_database_holds_one_at_most(owner):
    made = ask(owner)

    with acting_for(owner.organisation), pytest.raises(IntegrityError), transaction.atomic():
        Cancellation.objects.create(asked_member=owner.pk)

    with acting_for(owner.organisation):
        cancelling.undo(made, by=owner)
    assert ask(owner).pk != made.pk


def test_a_single_owner_waits_a_day_in_which_nothing_stops(owner, clock):
    made = ask(owner)

    assert step(made) == NOW + DAY
    clock.shift(DAY - dt.timedelta(seconds=1))
    step(made)
    assert (fresh(made).state, state_of(made)) == ("requested", "active")

    clock.shift(dt.timedelta(seconds=1))
    step(made)
    assert (fresh(made).state, state_of(made)) == ("grace", "cancelled")
    assert fresh(made).ends_at == NOW + DAY + cancelling.GRACE


def test_a_second_owner_confirms_and_whoever_asked_does_not(client_of, owner, partner, clock):
    made = ask(owner)
    clock.shift(3 * DAY)
    step(made)
    assert fresh(made).state == "requested"

    stepped_up(client_of(owner)).post(f"{URL}confirmation/")
    assert fresh(made).state == "requested"

    client = client_of(partner)
    assert client.post(f"{URL}confirmation/").url.startswith("/accounts/reauthenticate/")
    stepped_up(client).post(f"{URL}confirmation/")
    assert (fresh(made).state, fresh(made).confirmed_member) == ("grace", partner.pk)


def test_an_owner_who_is_left_alone_need_not_be_confirmed(owner, partner, clock):
    made = ask(owner)
    partner.deactivated_at = timezone.now()
    partner.save()

    clock.shift(DAY)
    step(made)

    assert fresh(made).state == "grace"


def test_all_members_are_told_under_the_bell_and_by_mail(owner, telecaller, clock):
    begin(owner, clock)

    assert told(telecaller, cancelling.ASKED) == told(owner, cancelling.ASKED) == 1
    assert told(telecaller, cancelling.BEGUN) == told(owner, cancelling.BEGUN) == 1
    while run_due("default"):
        pass
    to_telecaller = [message for message in mail.outbox if message.to == [telecaller.user.email]]
    assert len(to_telecaller) == 2
    assert "Everything is erased from" in to_telecaller[1].subject


def test_notices_go_out_seven_days_and_48_hours_before_once_each(owner, telecaller, clock):
    made = begin(owner, clock)
    ends_at = made.ends_at

    assert step(made) == ends_at - 7 * DAY
    clock.move_to(ends_at - 7 * DAY)
    assert step(made) == step(made) == ends_at - 2 * DAY
    assert told(telecaller, cancelling.SOON) == 1

    clock.move_to(ends_at - 2 * DAY)
    assert step(made) == step(made) == ends_at
    assert told(telecaller, cancelling.SOON) == 2
    assert fresh(made).ends_at == ends_at


def test_a_last_notice_that_comes_late_moves_the_day(owner, clock):
    made = begin(owner, clock)

    clock.move_to(made.ends_at + DAY)
    step(made)

    assert fresh(made).state == "grace"
    assert fresh(made).ends_at == made.ends_at + 3 * DAY
    assert Organisation.objects.get(pk=made.organisation_id).ends_at == made.ends_at + 3 * DAY


def test_an_owner_takes_it_back_and_everybody_goes_on(client_of, owner, telecaller, clock):
    made = begin(owner, clock)
    client = client_of(owner)
    assert client.post(f"{URL}undoing/").url == URL

    assert (fresh(made).state, state_of(made)) == ("withdrawn", "active")
    assert step(made) is None
    assert told(telecaller, cancelling.UNDONE) == 1
    assert client_of(telecaller).post("/leads/new/", {"name": "A", "phone": "+919812345670"}).status_code == 302


def test_a_suspended_organisation_is_suspended_again_after_it(owner, clock):
    Organisation.objects.filter(pk=owner.organisation_id).update(state="suspended")
    made = begin(owner, clock)

    with acting_for(owner.organisation):
        cancelling.undo(made, by=owner)

    assert state_of(made) == "suspended"


def test_nothing_can_be_changed_but_everything_read_and_taken_out(client_of, owner, telecaller, admin, clock):
    with acting_for(owner.organisation):
        lead = make_lead(name="Asha", assigned_to=telecaller)
    begin(owner, clock)

    caller = client_of(telecaller)
    assert "Asha" in caller.get(lead.get_absolute_url()).content.decode()
    refused = caller.post("/leads/new/", {"name": "A", "phone": "+919812345670"})
    assert refused.status_code == 423
    assert "Nothing can be changed any more" in refused.content.decode()
    assert client_of(admin).post("/settings/organisation/", {"name": "Other"}).status_code == 423
    assert client_of(admin).post("/admin/leads/status/add/", {"name": "Other"}).status_code == 423
    with acting_for(owner.organisation):
        assert Lead.objects.count() == 1

    mine = stepped_up(caller).post("/me/privacy/export/")
    assert mine.status_code == 302
    stepped_up(client_of(owner)).post("/settings/organisation/export/")
    with acting_for(owner.organisation):
        assert set(Export.objects.values_list("kind", flat=True)) == {"mine", "organisation"}
    assert "The account of this organisation is cancelled" in client_of(admin).get("/leads/").content.decode()


def test_without_the_middleware_it_would_be_changed(client_of, owner, telecaller, clock, settings):
    settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if "EndingMiddleware" not in name]
    begin(owner, clock)

    assert client_of(telecaller).post("/leads/new/", {"name": "A", "phone": "+919812345670"}).status_code == 302


def test_other_organisations_go_on(client_of, owner, outsider, clock):
    begin(owner, clock)

    assert client_of(outsider).post("/leads/new/", {"name": "A", "phone": "+919812345670"}).status_code == 302


def test_dialling_stops_with_a_reason_of_its_own(owner, telecaller, clock):
    begin(owner, clock)

    with acting_for(Organisation.objects.get(pk=owner.organisation_id)):
        decision = decide_to_call(make_lead(), telecaller)

    assert decision.reason == Reason.ORGANISATION_CANCELLED
    assert "cancelled" in decision.sentence


def test_a_call_that_was_accepted_before_is_not_dialled(owner, telecaller, clock):
    with acting_for(owner.organisation):
        call = make_call(make_lead(), telecaller, status="intent", agent_status="intent", ended_at=None, closed_at=None)
    made = begin(owner, clock)

    handler_of("dialer.place_call").run(Organisation.objects.get(pk=made.organisation_id), call.pk)

    with acting_for(owner.organisation):
        assert (call.reloaded().status, call.reloaded().failure) == ("failed", "stopped")


def test_who_calls_in_hears_that_the_line_is_busy(owner, clock):
    begin(owner, clock)
    organisation = Organisation.objects.get(pk=owner.organisation_id)

    with acting_for(organisation):
        call = hear(organisation, "simulator", Arrival("sim-1", "+919812345670", "+912212345678", timezone.now()))

    assert (call.missed, call.is_live) == (IncomingCall.Missed.SWITCHED_OFF, False)


def test_programs_are_refused(client, owner, clock):
    with acting_for(owner.organisation):
        token = create_key("Nightly", for_member=owner, by=owner)[1]
    header = {"headers": {"Authorization": f"Bearer {token}"}}
    assert client.get("/api/v1/leads/", **header).status_code == 200

    begin(owner, clock)

    assert client.get("/api/v1/leads/", **header).status_code == 401


def test_invitations_end(owner, clock):
    with acting_for(owner.organisation):
        invitation = invite("new@mail.example", role=Role.TELECALLER, by=owner)
        token = invitation.issue_token()
        invitation.save()
    assert invitation_of(token) == invitation

    begin(owner, clock)

    with pytest.raises(NotOpen):
        invitation_of(token)
    assert Invitation.objects.get().withdrawn_at is not None


def test_keys_of_telephone_companies_are_destroyed_after_the_last_call(owner, telecaller, clock):
    with acting_for(owner.organisation):
        call = make_call(make_lead(), telecaller, status="in-progress", ended_at=None, closed_at=None)
    made = begin(owner, clock)
    organisation = Organisation.objects.get(pk=made.organisation_id)
    assert DueTask.objects.filter(task=LEAVE_PROVIDERS).exists()

    assert leave_providers(organisation) > timezone.now()
    with acting_for(organisation):
        call.ended_at = timezone.now()
        call.save()
    assert leave_providers(organisation) is None

    with acting_for(organisation):
        assert [row.provider for row in TelephonyAccount.objects.all()] == ["own_phone"]


def test_keys_stay_when_it_was_taken_back_before(owner, clock):
    made = begin(owner, clock)
    stale = Organisation.objects.get(pk=made.organisation_id)
    with acting_for(owner.organisation):
        cancelling.undo(made, by=owner)

    leave_providers(stale)

    with acting_for(owner.organisation):
        assert TelephonyAccount.objects.filter(provider="simulator").exists()


def test_a_hold_stops_it_by_name_until_it_is_lifted(client_of, owner, clock):
    made = begin(owner, clock)
    with acting_for(owner.organisation):
        hold = place_hold(Kept(scope="organisation"), reason="Case 12 of 2026", until=None, by=owner)
    clock.move_to(made.ends_at - 2 * DAY)
    step(made)
    clock.move_to(made.ends_at)

    assert step(made) == step(made) == timezone.now() + cancelling.HELD_FOR
    assert fresh(made).state == "grace"
    assert told(owner, cancelling.HELD) == 1
    assert "Case 12 of 2026" in client_of(owner).get(URL).content.decode()

    client_of(owner).post(f"/settings/holds/{hold.pk}/lift/")
    with acting_for(owner.organisation):
        assert hold.reloaded().lifted_at is not None
        lift_hold(hold, by=owner)


def test_members_read_when_it_ends_and_others_find_no_such_page(client_of, owner, telecaller, outsider, clock):
    assert client_of(telecaller).get("/organisation/ending/").status_code == 404
    begin(owner, clock)

    assert (
        "You can take out what is held about you" in client_of(telecaller).get("/organisation/ending/").content.decode()
    )
    assert client_of(outsider).get("/organisation/ending/").status_code == 404
