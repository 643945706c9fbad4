"""Deleting one's own account: thought over, announced, erased; organisations keep a number and their records."""

import datetime as dt
import threading

import pytest
from allauth.account.models import EmailAddress
from django.contrib.sessions.models import Session
from django.core import mail
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.actions.forgetting import become_former
from accounts.actions.people import reactivate
from accounts.models import AuditEntry, Membership, Notification, PushSubscription, User
from accounts.permissions import Role
from accounts.tenancy import acting_for
from accounts.tests.factories import PASSWORD, make_member, make_organisation
from dialer.models import Device, QueueEntry
from dialer.tests.factories import make_call, make_entry
from jini.lib.retention import SCHEDULE
from leads.models import Activity, FollowUp, Lead
from leads.tests.factories import make_follow_up, make_lead
from privacy import ledger
from privacy.actions import deleting_account, replaying
from privacy.actions.choosing import choose
from privacy.actions.deleting_account import Refused, ask, take_step, undo
from privacy.actions.exporting import ask_for_export
from privacy.actions.holding import Kept, lift_hold, place_hold
from privacy.actions.purging import purge_some
from privacy.actions.visiting import Seen, note_visits
from privacy.models import AccountDeletion, RetentionRun
from privacy.obstacles import obstacles
from privacy.sweeping import look, pattern, tables
from privacy.tasks import attend

PAGE, UNDOING = reverse("privacy:deletion"), reverse("privacy:deletion_undoing")
DAY = dt.timedelta(days=1)
EMAIL, PHONE, NAME = "leela.canary@mail.example", "+919812300011", "Leela Canary"


@pytest.fixture
def leaver(organisation):
    member = make_member(organisation, Role.TELECALLER, first_name="Leela", last_name="Canary", email=EMAIL)
    EmailAddress.objects.update_or_create(user=member.user, defaults={"email": EMAIL, "verified": True})
    Membership.objects.filter(pk=member.pk).update(phone=PHONE)
    User.objects.filter(pk=member.user_id).update(phone=PHONE)
    return Membership.objects.select_related("user", "organisation").get(pk=member.pk)


def wish(member):
    with acting_for(member.organisation):
        return ask(by=member)


def let_days_pass(deletion, days):
    """Move the times of the deletion into the past."""
    past = {
        name: getattr(deletion, name) - days * DAY
        for name in ("due_at", "next_at", "told_at", "warned_at")
        if getattr(deletion, name)
    }
    AccountDeletion.objects.filter(pk=deletion.pk).update(**past)
    deletion.refresh_from_db()


def due_now(member):
    """A wish of which its day has come, as if everything had been told in time."""
    deletion = wish(member)
    attend()
    deletion.refresh_from_db()
    let_days_pass(deletion, 28)
    attend()
    deletion.refresh_from_db()
    let_days_pass(deletion, 2)
    return deletion


def erased(member):
    deletion = due_now(member)
    attend()
    deletion.refresh_from_db()
    return deletion


def hits(organisation):
    wanted = pattern({"phones": [PHONE], "emails": [EMAIL], "names": [NAME]})
    with acting_for(organisation):
        return {place: count for table, names in tables() for place, count in look(table, names, wanted)}


def test_the_person_is_gone_and_the_organisation_keeps_a_number(organisation, leaver, owner, client_of):
    client_of(leaver)
    with acting_for(organisation):
        PushSubscription.objects.create(member=leaver, endpoint="https://push.example/x", endpoint_digest="x", keys={})
        call = make_call(make_lead(), leaver, talk=30, started_at=timezone.now() - DAY)

    deletion = erased(leaver)

    assert (deletion.state, deletion.values, deletion.found) == ("done", None, {})
    user = User.objects.get(pk=leaver.user_id)
    assert (user.email.endswith("@former.invalid"), user.first_name, user.last_name, user.phone) == (True, "", "", "")
    assert not user.is_active
    assert not user.has_usable_password()
    assert not EmailAddress.objects.filter(email=EMAIL).exists()
    assert not [one for one in Session.objects.all() if one.get_decoded().get("_auth_user_id") == str(user.pk)]
    member = Membership.objects.get(pk=leaver.pk)
    assert (member.name, member.phone, member.former_number) == ("Former member 1", "", 1)
    assert hits(organisation) == {}
    with acting_for(organisation):
        assert call.reloaded().telecaller_id == leaver.pk
        assert not PushSubscription.objects.exists()
        assert AuditEntry.objects.filter(verb="member.erased", subject_id=leaver.pk).exists()


def test_choices_stay_as_proof_without_their_source_and_visits_go(organisation, leaver):
    seen = {"ip_address": "203.0.113.9", "user_agent": "Fox"}
    choice = choose(leaver.user, "usage", is_given=True, wording="Yes.", place="page", seen=seen)
    with acting_for(organisation):
        note_visits([Seen(leaver.pk, "leads:list", DAY, DAY)], by=leaver, device=leaver.pk, **seen)

    assert erased(leaver).counts["privacy.PageVisit"] == 1

    choice.refresh_from_db()
    assert (choice.wording, choice.ip_address, choice.user_agent) == ("Yes.", None, "")


def test_it_is_told_at_the_start_two_days_before_and_at_the_end(leaver):
    deletion = wish(leaver)
    attend()
    deletion.refresh_from_db()
    assert deletion.due_at - deletion.asked_at == pytest.approx(
        SCHEDULE["account"].days * DAY, abs=dt.timedelta(minutes=1)
    )
    for days, messages in ((27, 1), (1, 2), (1.5, 2), (0.6, 3)):
        let_days_pass(deletion, days)
        attend()
        attend()
        deletion.refresh_from_db()
        assert len(mail.outbox) == messages, days

    assert [message.to for message in mail.outbox] == [[EMAIL]] * 3
    assert PAGE in mail.outbox[0].body
    assert deletion.state == "done"


def test_without_the_warning_nothing_is_erased(leaver):
    deletion = wish(leaver)
    attend()
    deletion.refresh_from_db()
    let_days_pass(deletion, 40)

    take_step(deletion.pk)

    deletion.refresh_from_db()
    assert deletion.state == "waiting"
    assert User.objects.filter(email=EMAIL).exists()


def test_work_is_given_back_and_managers_are_told(organisation, leaver, owner, manager):
    with acting_for(organisation):
        lead, binned = make_lead(assigned_to=leaver), make_lead(assigned_to=leaver)
        Lead.everything.filter(pk=binned.pk).update(deleted_at=timezone.now(), deleted_by=owner)
        task = make_follow_up(lead, leaver)
        entry = make_entry(make_lead())
        QueueEntry.objects.filter(pk=entry.pk).update(leased_to=leaver, lease_until=timezone.now() + DAY)

    erased(leaver)

    with acting_for(organisation):
        assert set(Lead.everything.values_list("assigned_to", flat=True)) == {None}
        assert FollowUp.objects.get(pk=task.pk).assigned_to_id == owner.pk
        assert QueueEntry.objects.get(pk=entry.pk).leased_to_id is None
        told = Notification.objects.filter(kind="member.left")
        assert {row.member_id for row in told} == {owner.pk, manager.pk}
        assert told[0].details["leads"] == 2


def test_a_phone_and_keys_let_nobody_in_any_more(organisation, leaver):
    with acting_for(organisation):
        device = Device(member=leaver, name="Leela Canary's phone", created_at=timezone.now())
        device.issue_token(organisation.pk)
        device.save()

    erased(leaver)

    with acting_for(organisation):
        assert not Device.objects.usable().exists()
        assert Device.objects.get().name == ""


def test_in_several_organisations_each_has_its_own_numbers(organisation, rival, leaver, owner):
    second = Membership.objects.create(organisation=rival, user=leaver.user, role=Role.MANAGER)
    other = make_member(organisation, Role.TELECALLER, first_name="Bina", last_name="Rao")
    with acting_for(organisation):
        become_former([other.pk])

    erased(leaver)

    assert Membership.objects.get(pk=leaver.pk).former_number == 2
    assert Membership.objects.get(pk=second.pk).former_number == 1
    assert not User.objects.filter(email=EMAIL).exists()


@pytest.mark.parametrize("obstacle", ["owner", "call", "hold", "export", "operator"])
def test_it_is_refused_with_the_reason(organisation, leaver, owner, obstacle):
    who = owner if obstacle == "owner" else leaver
    with acting_for(organisation):
        if obstacle == "call":
            make_call(make_lead(), leaver, closed_at=None, ended_at=None)
        elif obstacle == "hold":
            place_hold(Kept(scope="member", member=leaver), reason="Case 12", until=None, by=owner)
        elif obstacle == "export":
            ask_for_export("mine", by=leaver)
        elif obstacle == "operator":
            User.objects.filter(pk=leaver.user_id).update(is_superuser=True)
            who.user.refresh_from_db()
        with pytest.raises(Refused) as refused:
            ask(by=who)
    says = {
        "owner": "only owner", "call": "on a call", "hold": "legal hold", "export": "being written",
        "operator": "runs the installation",
    }  # fmt: skip
    assert says[obstacle] in str(refused.value)
    assert not AccountDeletion.objects.exists()


def test_an_obstacle_that_comes_meanwhile_is_waited_for(organisation, leaver, owner):
    deletion = due_now(leaver)
    with acting_for(organisation):
        hold = place_hold(Kept(scope="member", member=leaver), reason="Case 12", until=None, by=owner)

    attend()
    deletion.refresh_from_db()
    assert (deletion.state, deletion.next_at > timezone.now()) == ("waiting", True)

    with acting_for(organisation):
        lift_hold(hold, by=owner)
    AccountDeletion.objects.update(next_at=timezone.now())
    attend()
    deletion.refresh_from_db()
    assert deletion.state == "done"


def test_without_the_question_the_hold_would_be_broken(organisation, leaver, owner, monkeypatch):
    deletion = due_now(leaver)
    with acting_for(organisation):
        place_hold(Kept(scope="member", member=leaver), reason="Case 12", until=None, by=owner)
    monkeypatch.setattr(deleting_account, "obstacles", lambda user: [])

    attend()

    deletion.refresh_from_db()
    assert deletion.state == "done"


def test_asked_twice_is_once_and_undone_is_undone(organisation, leaver):
    first = wish(leaver)
    assert wish(leaver).pk == first.pk
    with acting_for(organisation):
        assert undo(by=leaver)
        assert not undo(by=leaver)
    assert wish(leaver).pk != first.pk
    with pytest.raises(IntegrityError, match="account_deletion_open_once"), transaction.atomic():
        AccountDeletion.objects.create(user=leaver.user, due_at=timezone.now(), next_at=timezone.now())


def test_once_it_begins_it_cannot_be_undone(organisation, leaver):
    deletion = due_now(leaver)
    take_step(deletion.pk)

    with acting_for(organisation):
        assert not undo(by=leaver)
    assert not User.objects.get(pk=leaver.user_id).is_active


def test_killed_after_any_step_it_goes_on(organisation, leaver):
    with acting_for(organisation):
        for _number in range(3):
            make_lead(assigned_to=leaver)
    deletion = due_now(leaver)
    steps = 0
    while AccountDeletion.objects.get(pk=deletion.pk).state != "erased":
        with transaction.atomic():
            take_step(deletion.pk)
            transaction.set_rollback(True)
        take_step(deletion.pk)
        steps += 1
    attend()

    assert steps > 5
    deletion.refresh_from_db()
    assert deletion.state == "done"
    assert Membership.objects.get(pk=leaver.pk).former_number == 1
    assert len(ledger.read().entries) == 1


def test_what_others_wrote_is_counted_and_left_to_the_organisation(organisation, leaver):
    with acting_for(organisation):
        Activity.objects.create(lead=make_lead(), kind="note", at=timezone.now(), text=f"{NAME} promised a discount")

    deletion = erased(leaver)

    assert deletion.found == {str(organisation.pk): {"leads_activity.text": 1}}
    assert "In 1 places" in mail.outbox[-1].body


def test_after_a_restore_it_is_deleted_again(organisation, leaver, monkeypatch):
    with transaction.atomic():
        ledger.note(ledger.Kind.USER, leaver.user_id)
    entry = ledger.read().entries[0]

    assert replaying.replay(entry) is replaying.Outcome.ERASED

    assert not User.objects.filter(email=EMAIL).exists()
    assert Membership.objects.get(pk=leaver.pk).name == "Former member 1"
    assert replaying.replay(entry) is replaying.Outcome.ABSENT


def test_behind_a_number_nobody_comes_back(organisation, leaver, owner):
    erased(leaver)
    with acting_for(organisation):
        reactivate(Membership.objects.get(pk=leaver.pk), by=owner)
    assert Membership.objects.get(pk=leaver.pk).deactivated_at is not None
    with pytest.raises(IntegrityError, match="former_is_shut_out"), transaction.atomic():
        Membership.objects.filter(pk=leaver.pk).update(deactivated_at=None)
    with pytest.raises(IntegrityError, match="user_erased_is_nobody"), transaction.atomic():
        User.objects.filter(pk=leaver.user_id).update(first_name="Leela")


def signed_in(client):
    answer = client.post(PAGE, {"email": EMAIL})
    assert answer.url.startswith(reverse("account_reauthenticate"))
    client.post(answer.url, {"password": PASSWORD})
    return client


def test_the_page_asks_for_the_password_and_the_address(client_of, leaver):
    client = signed_in(client_of(leaver))
    refused = client.post(PAGE, {"email": "somebody@else.example"})
    assert refused.status_code == 422
    assert f"Type {EMAIL} to go on." in refused.content.decode()
    assert not AccountDeletion.objects.exists()

    assert client.post(PAGE, {"email": EMAIL.upper()}).status_code == 302
    text = client.get(PAGE).content.decode()
    assert "Keep my account" in text
    assert "Type your e-mail address" not in text
    assert client.post(UNDOING).status_code == 302
    assert AccountDeletion.objects.get().state == "undone"


def test_the_page_says_why_not_and_where_to_go(client_of, owner):
    answer = client_of(owner).get(PAGE)
    assert "only owner" in answer.content.decode()
    assert reverse("accounts:people") in answer.content.decode()
    assert "Type your e-mail address" not in answer.content.decode()


def test_whose_employer_removed_them_is_a_number_after_ninety_days(organisation, leaver):
    days = SCHEDULE["employee"].days
    for ago, name in ((days - 1, NAME), (days + 1, "Former member 1")):
        Membership.objects.filter(pk=leaver.pk).update(deactivated_at=timezone.now() - ago * DAY)
        with acting_for(organisation):
            RetentionRun.objects.all().delete()
        while purge_some(organisation):
            pass
        assert Membership.objects.get(pk=leaver.pk).name == name
    assert Membership.objects.get(pk=leaver.pk).phone == ""
    # The account is the person's own, and goes when they say so.
    assert User.objects.get(pk=leaver.user_id).email == EMAIL


def test_the_list_of_reasons_is_empty_for_most(organisation, leaver, owner):
    second = make_member(organisation, Role.OWNER, first_name="Uma")
    assert obstacles(leaver.user) == obstacles(owner.user) == obstacles(second.user) == []


@pytest.mark.django_db(transaction=True)
def test_two_who_leave_at_once_have_two_numbers():
    organisation = make_organisation("Kiran Rooftop Solar")
    people = [make_member(organisation, Role.TELECALLER, first_name=name) for name in ("Asha", "Bilal", "Chitra")]
    start = threading.Barrier(len(people))

    def leave(member):
        try:
            start.wait()
            with acting_for(organisation):
                become_former([member.pk])
        finally:
            connection.close()

    threads = [threading.Thread(target=leave, args=[member]) for member in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(Membership.objects.filter(former_number__gt=0).values_list("former_number", flat=True)) == [1, 2, 3]
