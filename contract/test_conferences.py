"""Every request of our Twilio adapter about a running call, judged by the description that Twilio publishes."""

import uuid
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from contract.test_twilio import LEG, LEG_ID, TOKEN, V2010, asked
from dialer.providers.port import DialOutcome
from dialer.providers.port.conferences import DigitsRequest, JoinRequest, LegChange

pytestmark = pytest.mark.contract

OTHER = "CA" + "f" * 32
CONFERENCE = "CF" + "0123456789abcdef" * 2
PARTICIPANT = f"{V2010}/Conferences/{CONFERENCE}/Participants/{LEG}.json"
URL = f"https://jini.example/hooks/twilio/{uuid.UUID(int=1)}/{uuid.UUID(int=2)}/customer/digits/"


def check(prism, answers, method):
    """The conference is looked for by its name, and changed by its id; return the form of the change."""
    looked_for, changed = answers
    sid = looked_for.json()["conferences"][0]["sid"]
    path = f"{V2010}/Conferences/{sid}/Participants/{LEG}.json"
    assert asked(answers) == [("GET", f"{V2010}/Conferences.json", 200), (method, path, 200)]
    assert parse_qs(urlsplit(looked_for.request.url).query)["FriendlyName"] == [str(TOKEN)]
    assert [prism.unknown_names(answer.request) for answer in answers] == [set(), set()]
    return parse_qs(changed.request.body or "")


@pytest.mark.parametrize(
    ("change", "form"),
    [
        ({"is_held": True}, {"Hold": ["true"]}),
        ({"is_held": False}, {"Hold": ["false"]}),
        ({"is_muted": True}, {"Muted": ["true"]}),
        ({"coaches": OTHER, "is_muted": False}, {"Coaching": ["true"], "CallSidToCoach": [OTHER], "Muted": ["false"]}),
        ({"coaches": "", "is_muted": True}, {"Coaching": ["false"], "Muted": ["true"]}),
        ({"ends_call": False}, {"EndConferenceOnExit": ["false"]}),
    ],
    ids=["hold", "resume", "mute", "whisper", "listen", "stays without"],
)
def test_a_change_is_an_update_of_the_participant(prism, twilio, answers, change, form):
    answer = twilio.conferences.change(LegChange(TOKEN, LEG, **change))

    assert check(prism, answers, "POST") == form
    # Prism invents how the participant stands now: what does not fit is unclear, and looked up.
    assert answer.outcome in {DialOutcome.ACCEPTED, DialOutcome.UNCLEAR}


def test_tones_are_an_announcement(prism, twilio, answers):
    answer = twilio.conferences.send_digits(DigitsRequest(TOKEN, LEG, "12#", URL))

    assert check(prism, answers, "POST") == {"AnnounceUrl": [URL], "AnnounceMethod": ["POST"]}
    assert answer.outcome == DialOutcome.ACCEPTED


def test_how_somebody_stands_is_read_from_the_participant(prism, twilio, answers):
    setting = twilio.conferences.setting_of(TOKEN, LEG)

    assert check(prism, answers, "GET") == {}
    said = answers[1].json()
    assert (setting.is_held, setting.is_muted) == (bool(said["hold"]), bool(said["muted"]))
    assert setting.ends_call == bool(said["end_conference_on_exit"])
    assert setting.coaches == ((said["call_sid_to_coach"] or "") if said["coaching"] else "")


@pytest.mark.parametrize("to", ["+919000000003", f"client:{'a1' * 16}"], ids=["phone", "browser"])
@pytest.mark.parametrize("is_muted", [True, False])
def test_a_third_person_is_a_participant_who_neither_begins_nor_ends_the_conference(
    prism, twilio, answers, is_muted, to
):
    request = JoinRequest(TOKEN, "third-1", to, "+912200000001", URL, 30, is_muted)

    answer = twilio.conferences.add(request)

    assert asked(answers) == [("POST", f"{V2010}/Conferences/{TOKEN}/Participants.json", 201)]
    form = parse_qs(answers[0].request.body)
    told = {"Beep": "false", "StartConferenceOnEnter": "false", "EndConferenceOnExit": "false"}
    assert {name: form[name][0] for name in told} == told
    assert (form["Muted"], form["To"]) == ([str(is_muted).lower()], [to])
    assert prism.unknown_names(answers[0].request) == set()
    assert (answer.outcome, LEG_ID.fullmatch(answer.provider_id) is not None) == (DialOutcome.ACCEPTED, True)


@pytest.mark.parametrize("form", [{"Hold": "perhaps"}, {"CallSidToCoach": "nobody"}, {"AnnounceUrl": "no address"}])
def test_the_twins_are_refused(prism, form):
    answer = requests.post(prism.address + PARTICIPANT, form, auth=("AC", "x"), timeout=10)

    assert answer.status_code >= 400
