"""Who works on the data of an organisation."""

from accounts import processors as of_accounts
from accounts.push import SERVICES
from accounts.tenancy import acting_for
from dialer.models import TelephonyAccount
from jini.lib import processors

URL = "/settings/processors/"


def names(answer) -> list[str]:
    return [one.name for one in answer.context["processors"]]


def test_the_page_names_who_gets_data_of_this_organisation(client_of, organisation, rival, outsider, owner, telecaller):
    with acting_for(organisation):
        TelephonyAccount.objects.update_or_create(provider="twilio", defaults={"credentials": {"account_sid": "AC1"}})

    assert "Twilio" in names(client_of(telecaller).get(URL))
    assert "Twilio" not in names(client_of(outsider).get(URL))
    assert client_of(owner).post(URL).status_code == 405


def test_without_any_the_page_says_so(client_of, outsider, settings):
    settings.EMAIL_CONFIG = {}

    assert "Nobody outside." in client_of(outsider).get(URL).content.decode()


def test_settings_name_the_firms_behind_the_installation(settings, db):
    settings.PROCESSORS = ["Cloud of Mumbai | runs the servers | everything | Mumbai, India"]
    settings.EMAIL_CONFIG = {"EMAIL_HOST": "mail.example.in"}

    cloud, mailer = of_accounts.of_installation()

    assert (cloud.name, cloud.place) == ("Cloud of Mumbai", "Mumbai, India")
    assert (mailer.name, mailer.hosts) == ("mail.example.in", ("mail.example.in",))


def test_every_push_service_that_is_asked_has_a_name():
    assert set(of_accounts.PUSH) == set(SERVICES)


def test_every_provider_that_gets_calls_is_on_the_list(db):
    """What calls go through outside of this installation; the simulator and own phones are inside."""
    outside = set(TelephonyAccount.Provider) - {
        TelephonyAccount.Provider.SIMULATOR,
        TelephonyAccount.Provider.OWN_PHONE,
    }

    assert {str(one.label) for one in outside} <= {one.name for one in processors.all_possible()}
