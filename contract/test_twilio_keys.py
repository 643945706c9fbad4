"""Renewing the auth token, and asking which countries may be called, against Twilio's own descriptions."""

import pytest

V1 = "/v1"
COUNTRY = f"{V1}/DialingPermissions/Countries/IN"


def asked(answers):
    return [
        (answer.request.method, answer.request.path_url.partition("?")[0], answer.status_code) for answer in answers
    ]


def test_a_second_token_takes_the_place_of_one_that_was_left(twilio, answers):
    token = twilio.keys.second()

    assert asked(answers) == [
        ("DELETE", f"{V1}/AuthTokens/Secondary", 204),
        ("POST", f"{V1}/AuthTokens/Secondary", 201),
    ]
    assert token


def test_it_is_promoted_by_a_request_of_its_own(twilio, answers):
    twilio.keys.promote()

    assert asked(answers) == [("POST", f"{V1}/AuthTokens/Promote", 200)]


def test_the_permission_of_a_country_is_read(prism, twilio, answers):
    twilio.client.voice.v1.dialing_permissions.countries("IN").fetch()

    assert asked(answers) == [("GET", COUNTRY, 200)]
    described = prism.described["components"]["schemas"]
    assert (
        "low_risk_numbers_enabled"
        in described["voice.v1.dialing_permissions.dialing_permissions_country-instance"]["properties"]
    )


def test_no_request_names_a_parameter_that_twilio_does_not_have(prism, twilio, answers):
    twilio.keys.second()
    twilio.keys.promote()
    twilio.client.voice.v1.dialing_permissions.countries("IN").fetch()

    assert [prism.unknown_names(answer.request) for answer in answers] == [set()] * 4


@pytest.mark.parametrize("path", [f"{V1}/AuthTokens/Promotion", f"{V1}/DialingPermissions/Country/IN"])
def test_an_address_that_twilio_does_not_have_would_be_noticed(prism, twilio, path):
    answer = twilio.client.request("POST", f"{prism.address}{path}")

    assert answer.status_code == 404
