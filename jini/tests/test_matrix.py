"""Every address of JiNi by every role, with things of one's own and of another organisation."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.test import Client

from accounts.models import Membership, Organisation
from accounts.permissions import GRANTS, Permission, Role
from accounts.tenancy import acting_for
from accounts.tests.factories import make_member
from jini.tests.walking import MEANINGS, Address, Scene, addresses
from leads.tests.importing import storage  # noqa: F401 -- a fixture

# Views that no permission guards, and why. Signed out, one may open these:
OPEN = {
    "accounts:home": "the front page; who is signed in is led on",
    "accounts:sign_up": "whoever comes has no account yet",
    "account_signup": "the same page under the name that allauth asks for",
    "account_login": "whoever comes is not signed in yet",
    "accounts:link": "its one-time token signs in",
    "accounts:invitation": "its token is the right",
    "account_inactive": "says that an account is closed",
    "account_email_verification_sent": "shown before the address is proved",
    "account_confirm_email": "its key is the right",
    "account_reset_password": "whoever comes cannot sign in",
    "account_reset_password_done": "whoever comes cannot sign in",
    "account_reset_password_from_key": "its key is the right",
    "account_reset_password_from_key_done": "whoever comes cannot sign in",
    "account_logout": "signed out already, one is led home",
    "set_language": "the language of the public pages",
    "privacy:policies": "policy and terms are there for everybody",
    "privacy:policy": "policy and terms are there for everybody",
    "privacy:newest_policy": "policy and terms are there for everybody",
    "privacy:certificate": "its token is the right; nobody of an erased organisation can sign in",
    "livez": "asked by the supervisor",
    "readyz": "asked by the supervisor",
    "dialer:hook_status": "asked by providers, whose signature is verified",
    "dialer:hook_answer": "asked by providers, whose signature is verified",
    "dialer:hook_incoming": "asked by providers, whose signature is verified",
    "dialer:hook_incoming_over": "asked by providers, whose signature is verified",
    "dialer:hook_incoming_voicemail": "asked by providers, whose signature is verified",
    "dialer:hook_incoming_message": "asked by providers, whose signature is verified",
    "dialer:hook_incoming_joining": "asked by providers, whose signature is verified",
    "dialer:hook_digits": "asked by providers, whose signature is verified",
    "dialer:hook_machine": "asked by providers, whose signature is verified",
    "dialer:hook_announcement": "its address is signed, for minutes, and given to the provider alone",
    "dialer:hook_sound": "its address is signed, for minutes, and given to the provider alone",
    "dialer:hook_recording": "asked by providers, whose signature is verified",
}
# These touch nothing but one's own account, whatever the role and also without an organisation.
PERSONAL = {
    "account_change_password": "one's own password",
    "account_set_password": "one's own password",
    "account_reauthenticate": "one's own password",
    "privacy:acceptance": "one's own acceptance",
    "privacy:acceptances": "one's own acceptances",
}
ADDRESSES = addresses()
GUARDED = [address for address in ADDRESSES if address.permission]
NAMING = [address for address in GUARDED if address.uuids]
VERBS = ("GET", "POST")
WRONG_VERB = "PROPFIND"

pytestmark = pytest.mark.usefixtures("storage")


@pytest.fixture
def cast(telecaller, manager, admin, owner) -> dict[str, Membership]:
    return {Role.TELECALLER: telecaller, Role.MANAGER: manager, Role.ADMIN: admin, Role.OWNER: owner}


@pytest.fixture
def clients(cast, client_of) -> dict[str, Client]:
    return {role: lenient(client_of(member)) for role, member in cast.items()}


@pytest.fixture
def scene(organisation: Organisation, telecaller: Membership, admin: Membership) -> Scene:
    return filled(organisation, telecaller, admin)


@pytest.fixture
def elsewhere(rival: Organisation, outsider: Membership) -> Scene:
    return filled(rival, make_member(rival, Role.TELECALLER), outsider)


@pytest.fixture
def clients_elsewhere(client_of, elsewhere) -> dict[str, Client]:
    people = (elsewhere.admin, elsewhere.telecaller, make_member(elsewhere.of, Role.OWNER))
    return {member.role: lenient(client_of(member)) for member in people}


def filled(organisation: Organisation, telecaller: Membership, admin: Membership) -> Scene:
    with acting_for(organisation):
        scene = Scene(organisation, telecaller, admin)
        scene.fill()
    return scene


def lenient(client: Client) -> Client:
    """A client that answers 500 where a view raises, as a server does, and lets the test say which."""
    client.raise_request_exception = False
    return client


@contextmanager
def undone() -> Iterator[None]:
    """Take back what the block writes, so that every request finds the scene as it was made."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def ask(client: Client, verb: str, url: str, form: dict[str, Any] | None = None) -> HttpResponse:
    with undone():
        if form is None:
            answer = client.generic(verb, url)
        else:
            answer = client.post(url, form) if verb == "POST" else client.get(url, form)
        if answer.streaming:
            b"".join(answer.streaming_content)
    return answer


def verbs_of(address: Address, client: Client, url: str) -> list[str]:
    """Which of GET and POST the view takes, as it says itself when it is asked in another way."""
    if address.name not in _verbs:
        answer = ask(client, WRONG_VERB, url)
        assert answer.status_code == 405, f"{address.name} answers {answer.status_code} to {WRONG_VERB}"
        _verbs[address.name] = [verb for verb in VERBS if verb in answer.headers["Allow"]]
    return _verbs[address.name]


# allauth leads whoever is signed in on from some of its pages before it looks at the method.
_verbs = {
    address.name: [verb for verb in VERBS if hasattr(address.view.view_class, verb.lower())]
    for address in ADDRESSES
    if hasattr(address.view, "view_class")
}


def failure(answer: HttpResponse) -> str:
    raised = getattr(answer, "exc_info", None)
    return f"{answer.status_code} {raised[0].__name__}: {raised[1]}" if raised else str(answer.status_code)


def test_every_view_names_its_permission_or_says_why_not():
    unguarded = {address.name for address in ADDRESSES if not address.permission}

    assert unguarded == set(OPEN) | set(PERSONAL)


def test_only_the_open_views_are_shown_to_who_is_signed_out():
    login_needed = {address.name for address in ADDRESSES if getattr(address.view, "login_required", True)}

    assert login_needed == {address.name for address in ADDRESSES} - set(OPEN)


def test_every_permission_is_granted_and_the_owner_holds_all():
    assert GRANTS[Role.OWNER] == set(Permission)
    assert GRANTS[Role.TELECALLER] < GRANTS[Role.MANAGER] < GRANTS[Role.ADMIN] <= GRANTS[Role.OWNER]


def test_every_parameter_of_an_address_has_a_maker():
    wanted = {
        (address.name, one): MEANINGS.get((address.name, one), one)
        for address in ADDRESSES
        for one in address.parameters
    }

    # A thing of a new kind is added to `Scene`, under the name that its parameter has.
    assert {key: name for key, name in wanted.items() if not hasattr(Scene, name)} == {}
    assert set(MEANINGS) - set(wanted) == set()


def test_a_wrong_method_is_refused(clients, scene):
    wrong = []
    for address in ADDRESSES:
        url = address.url(scene)
        taken = verbs_of(address, clients[Role.OWNER], url)
        assert taken, f"{address.name} takes neither GET nor POST"
        answers = {verb: ask(clients[Role.OWNER], verb, url).status_code for verb in VERBS if verb not in taken}
        wrong += [(address.name, verb, status) for verb, status in answers.items() if status != 405]

    assert wrong == []


def test_each_role_may_use_what_its_permissions_say_and_nothing_else(cast, clients, scene):
    wrong = []
    for address, verb, url in tries(GUARDED, clients[Role.OWNER], scene):
        for role, client in clients.items():
            answer = ask(client, verb, url)
            is_refused = answer.status_code == 403
            if is_refused == (address.permission in GRANTS[role]) or answer.status_code >= 500:
                wrong.append((address.name, verb, role, failure(answer)))

    assert wrong == []


def tries(walked: list[Address], client: Client, scene: Scene) -> Iterator[tuple[Address, str, str]]:
    for address in walked:
        url = address.url(scene)
        for verb in verbs_of(address, client, url):
            yield address, verb, url


def test_who_is_signed_out_is_led_to_the_sign_in(clients, scene):
    stranger = lenient(Client())
    closed = [address for address in ADDRESSES if address.name not in OPEN]

    wrong = []
    for address, verb, url in tries(closed, clients[Role.OWNER], scene):
        answer = ask(stranger, verb, url)
        if (answer.status_code, answer.headers.get("Location", "").partition("?")[0]) != (302, "/accounts/login/"):
            wrong.append((address.name, verb, failure(answer)))

    assert wrong == []


def test_who_belongs_nowhere_is_refused(clients, scene, telecaller):
    type(telecaller).objects.filter(user=telecaller.user).update(deactivated_at=telecaller.created_at)

    wrong = []
    for address, verb, url in tries(GUARDED, clients[Role.OWNER], scene):
        if (answer := ask(clients[Role.TELECALLER], verb, url)).status_code != 403:
            wrong.append((address.name, verb, failure(answer)))

    assert wrong == []


def test_the_open_and_the_personal_pages_answer_everybody(clients, scene):
    everybody: dict[str, Client] = clients | {"nobody": lenient(Client())}
    # Signing out comes last: the personal pages are asked before.
    unguarded = sorted(
        (address for address in ADDRESSES if not address.permission), key=lambda one: one.name == "account_logout"
    )

    wrong = []
    for address, verb, url in tries(unguarded, clients[Role.OWNER], scene):
        for role, client in everybody.items():
            if (answer := ask(client, verb, url)).status_code >= 500:
                wrong.append((address.name, verb, role, failure(answer)))

    assert wrong == []


def test_a_thing_of_another_organisation_is_not_found(clients_elsewhere, scene, elsewhere):
    """By people of the other organisation, with every right there: each parameter in turn names ours."""
    wrong = []
    for address, verb, _ in tries(NAMING, clients_elsewhere[Role.OWNER], elsewhere):
        for role, client in clients_elsewhere.items():
            if address.permission not in GRANTS[role]:
                continue
            answers = {one: ask(client, verb, address.url(elsewhere, **{one: scene})) for one in address.uuids}
            wrong += [
                (address.name, verb, one, role, failure(answer))
                for one, answer in answers.items()
                if answer.status_code != 404
            ]

    assert wrong == []


def test_the_same_addresses_find_what_is_ones_own(clients_elsewhere, elsewhere):
    """The twin: where every parameter names a thing of the own organisation, one of the two does find it."""
    missing = [
        (address.name, verb)
        for address, verb, url in tries(NAMING, clients_elsewhere[Role.OWNER], elsewhere)
        if all(ask(client, verb, url).status_code in {403, 404} for client in clients_elsewhere.values())
    ]

    assert len(NAMING) > 20
    assert missing == []


def test_what_a_colleague_works_on_is_not_found_by_a_telecaller(client_of, colleague, scene):
    client = lenient(client_of(colleague))
    # Of these a telecaller sees their own alone; what else they may use is there for everybody.
    own = {"lead", "follow_up", "call"}
    walked = [one for one in NAMING if one.permission in GRANTS[Role.TELECALLER] and own & set(one.uuids)]

    wrong = []
    for address, verb, url in tries(walked, client, scene):
        if (answer := ask(client, verb, url)).status_code != 404:
            wrong.append((address.name, verb, failure(answer)))

    assert wrong == []
