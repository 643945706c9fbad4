"""The firms behind the installation itself: where it runs, who carries its mail, and the browsers' push services."""

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import PushSubscription
from accounts.push import SERVICES, public_key
from jini.lib.processors import Processor

PUSH = {
    "fcm.googleapis.com": "Google",
    "push.services.mozilla.com": "Mozilla",
    "push.apple.com": "Apple",
    "notify.windows.com": "Microsoft",
}
ABROAD = gettext_lazy("outside India too")


def of_installation() -> list[Processor]:
    """Return the firms that the installation's settings name: PROCESSORS, each "name|what it does|what it gets|place"."""
    named = [Processor(*(part.strip() for part in entry.split("|"))) for entry in settings.PROCESSORS]
    host = settings.EMAIL_CONFIG.get("EMAIL_HOST") or ""
    if host and not any(host in f"{one.name} {one.does}" for one in named):
        named.append(Processor(host, _("carries e-mail"), _("addresses and texts of messages"), _("not told"), (host,)))
    return named


def push_services() -> list[Processor]:
    """Return the browsers' push services, when the installation sends push messages at all."""
    if not public_key():
        return []
    return [
        Processor(
            PUSH[host],
            _("shows notices in browsers"),
            _("encrypted notices, and that there was one"),
            ABROAD,
            (host,),
        )
        for host in SERVICES
    ]


def push_services_in_use() -> list[Processor]:
    """Return the push services, when a browser of the open organisation shows notices."""
    return push_services() if public_key() and PushSubscription.objects.exists() else []
