"""The telephone companies that an organisation can connect."""

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dialer.models import TelephonyAccount
from dialer.providers.accounts import keeps_recordings
from dialer.recordings import out_of_reach
from jini.lib.processors import Processor


def _company(provider: str, days: int | None = None) -> Processor:
    """`days`: for how long it keeps recordings that nobody can delete there; None: it does not."""
    place, hosts = PLACES[provider]
    gets = _("both numbers, time and length of a call")
    if days is not None:
        gets = _("both numbers, time and length of a call, and its recording for %(days)s days") % {"days": days}
    return Processor(str(TelephonyAccount.Provider(provider).label), _("carries calls"), gets, place, hosts)


# The simulator and own phones give nothing to anybody. Twilio keeps calls in the United States unless an account was opened
# elsewhere (twilio.com/docs/global-infrastructure); an account of Exotel lives in one of its two places.
PLACES: dict[str, tuple[Promise, tuple[str, ...]]] = {
    TelephonyAccount.Provider.TWILIO: (gettext_lazy("United States"), ("api.twilio.com",)),
    TelephonyAccount.Provider.EXOTEL: (
        gettext_lazy("Mumbai, or Singapore where the account says so"),
        ("api.in.exotel.com", "api.exotel.com"),
    ),
}


def telephone_companies() -> list[Processor]:
    """Return every telephone company that an organisation can connect."""
    return [_company(provider) for provider in PLACES]


def connected() -> list[Processor]:
    """Return the telephone companies that the open organisation has connected."""
    accounts = TelephonyAccount.objects.filter(provider__in=PLACES).order_by("provider")
    days = out_of_reach.days()
    return [
        _company(provider, days if keeps_recordings(provider) else None)
        for provider in accounts.values_list("provider", flat=True)
    ]
