"""Colleagues mentioned in a note: who is offered, who is told, and who never is."""

import pytest
from django.urls import reverse

from accounts import notices
from accounts.models import AuditEntry, Membership, Notification
from accounts.permissions import Role
from accounts.tests.factories import make_member
from leads.actions.editing import add_note
from leads.mentions import mentionable
from leads.models import Activity
from leads.tests.factories import make_lead


@pytest.fixture
def lead(scope, telecaller):
    return make_lead(name="Suresh Patil", assigned_to=telecaller)


def told():
    return {row.member for row in Notification.objects.select_related("member")}


def names(people):
    return [person.name for person in people]


def test_who_may_see_the_lead_is_told_and_stays_in_the_note(client_of, lead, telecaller, manager):
    client = client_of(telecaller)

    client.post(reverse("leads:notes", args=[lead.pk]), {"text": "@meera iyer please look"})

    note = Activity.objects.get(kind="note")
    assert (note.text, note.details) == ("@meera iyer please look", {"mentions": [str(manager.pk)]})
    notice = Notification.objects.get()
    assert (notice.member, notice.kind, notice.url) == (manager, "lead.mentioned", lead.get_absolute_url())
    assert notice.details == {"lead": str(lead.pk), "by": str(telecaller.pk)}
    assert notices.tell(manager, [notice])[0].text == "Asha Kulkarni mentioned you on Suresh Patil."
    assert AuditEntry.objects.get(verb="lead.noted").details == {"mentions": [str(manager.pk)]}


@pytest.mark.parametrize(
    "text",
    [
        "Meera Iyer",
        "@Meera",
        "a@Meera Iyer",
        "@Meera Iyers",
        "@ Meera Iyer",
        "@Bilal Shaikh",
        "@Omkar Rival",
        "@",
        "@@@",
        "@(.*)",
        "mail me: x@mail.example",
    ],
)
def test_nobody_is_mentioned_by(lead, telecaller, colleague, manager, outsider, text):
    """Least of all who may not see the lead, such as another telecaller or somebody of another organisation."""
    note = add_note(lead, text, by=telecaller, chosen=[str(colleague.pk), str(manager.pk), str(outsider.pk), "x", ""])

    assert (note.details, told()) == ({}, set())


def test_of_a_longer_name_the_shorter_one_is_no_mention(lead, scope, telecaller, manager):
    junior = make_member(scope, Role.MANAGER, first_name="Meera", last_name="Iyer Nair")

    add_note(lead, "@Meera Iyer Nair", by=telecaller)

    assert told() == {junior}


def test_of_two_with_one_name_the_chosen_one_is_meant(lead, scope, telecaller, manager):
    other = make_member(scope, Role.MANAGER, first_name="Meera", last_name="Iyer")

    add_note(lead, "@Meera Iyer", by=telecaller)
    assert told() == set()
    add_note(lead, "@Meera Iyer", by=telecaller, chosen=[str(other.pk)])
    assert told() == {other}


def test_who_writes_of_themself_or_is_gone_is_not_told(lead, telecaller, manager, admin):
    Membership.objects.filter(pk=manager.pk).update(deactivated_at=manager.created_at)

    add_note(lead, "@Meera Iyer @Asha Kulkarni @Ravi Menon", by=telecaller)

    assert told() == {admin}


def test_a_notice_names_the_lead_only_to_who_still_sees_it(lead, telecaller, manager, colleague):
    lead.assigned_to = colleague
    lead.save()
    add_note(lead, "@Bilal Shaikh", by=manager)
    notice = Notification.objects.get()
    assert "Suresh" in notices.tell(colleague, [notice])[0].text
    lead.assigned_to = telecaller
    lead.save()

    assert notices.tell(colleague, [notice])[0].text == "Meera Iyer mentioned you in a note."


def test_names_are_offered_while_they_are_typed(client_of, lead, telecaller, colleague, manager, admin, outsider):
    url = reverse("leads:mentions", args=[lead.pk])
    client = client_of(telecaller)

    text = client.post(url, {"typed": "me"}).content.decode()
    assert "Meera Iyer" in text
    assert "Ravi Menon" in text
    assert "Bilal" not in text
    assert "Nobody of this name" in client.post(url, {"typed": "bilal"}).content.decode()
    assert "Nobody of this name" in client.post(url, {"typed": "omkar"}).content.decode()
    assert len(names(mentionable(lead, ""))) >= 3
    for junk in ("\0", "%", "'", "x" * 9_000):
        assert client.post(url, {"typed": junk}).status_code == 200


def test_who_may_not_see_the_lead_asks_in_vain(client_of, lead, colleague):
    url = reverse("leads:mentions", args=[lead.pk])

    assert client_of(colleague).post(url, {"typed": "me"}).status_code == 404
    assert client_of(colleague).get(url).status_code == 405


@pytest.mark.parametrize("count", [1, 5])
def test_a_mention_asks_the_same_queries_for_any_number_of_people(
    lead, scope, telecaller, count, django_assert_num_queries
):
    people = [
        make_member(scope, Role.MANAGER, first_name=f"Meera{number}", last_name="Iyer") for number in range(count)
    ]

    with django_assert_num_queries(10):
        add_note(lead, " ".join(f"@{person.name}" for person in people), by=telecaller)
