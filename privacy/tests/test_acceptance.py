"""What is kept of the boxes that somebody ticks who joins."""

import pytest

from accounts.models import Invitation
from privacy.models import Acceptance, Choice, Policy

TICKED = {"accepts_privacy": "on", "accepts_terms": "on", "read": "privacy.1 terms.1"}
PERSON = {"first_name": "Vikram", "last_name": "Desai", "password": "three ordinary words"}
SIGN_UP = TICKED | PERSON | {"name": "Kiran", "time_zone": "Asia/Kolkata", "email": "vikram@kiran.example"}


def test_document_hash_wording_time_and_origin_are_kept_of_a_sign_up(client, db):
    client.post("/accounts/sign-up/", SIGN_UP, headers={"user-agent": "Firefox"}, REMOTE_ADDR="203.0.113.9")

    proofs = Acceptance.objects.order_by("policy__kind")
    assert [proof.policy.kind for proof in proofs] == [Policy.Kind.PRIVACY, Policy.Kind.TERMS]
    for proof in proofs:
        assert proof.sha256 == Policy.digest(proof.policy.body)
        assert (proof.ip_address, proof.user_agent) == ("203.0.113.9", "Firefox")
    assert proofs[0].wording == "I have read the privacy policy and accept it for myself and my organisation."


@pytest.mark.parametrize(("ticked", "state"), [({}, "withdrawn"), ({"wants_news": "on"}, "given")])
def test_the_box_for_news_is_a_choice_of_its_own(client, db, ticked, state):
    client.post("/accounts/sign-up/", SIGN_UP | ticked, headers={"user-agent": "Firefox"}, REMOTE_ADDR="203.0.113.9")

    choice = Choice.objects.get()
    assert (choice.purpose, choice.state, choice.place) == ("marketing", state, "sign_up")
    assert (choice.wording, choice.language) == ("Send me product news.", "en")
    assert (choice.ip_address, choice.user_agent) == ("203.0.113.9", "Firefox")


def test_in_hindi_the_hindi_text_and_wording_are_kept(client, db):
    client.cookies["django_language"] = "hi"

    client.post("/accounts/sign-up/", SIGN_UP)

    assert {proof.policy.language for proof in Acceptance.objects.all()} == {"hi"}


def test_who_joins_by_invitation_accepts_too(client, admin, organisation):
    invitation = Invitation(organisation=organisation, email="pooja@mail.example", invited_by=admin)
    token = invitation.issue_token()
    invitation.save()

    client.post(f"/accounts/invitation/{token}/", TICKED | PERSON)

    assert Acceptance.objects.filter(user__email="pooja@mail.example").count() == 2
