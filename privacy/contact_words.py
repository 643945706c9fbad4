"""Kinds of calls and series of caller numbers, in words for forms and pages."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from privacy.contact_facts import Channel, Purpose, Series

PURPOSES: list[tuple[str, Any]] = [
    (Purpose.SERVICE.value, _("Service: about what the person asked for or has")),
    (Purpose.TRANSACTIONAL.value, _("Transactional: about one purchase or payment of theirs")),
    (Purpose.PROMOTIONAL.value, _("Promotional: an offer, also as a part of the call")),
]
# The same as something that a person agrees to or not.
CONSENT_WORDS: list[tuple[str, Any]] = [
    (Purpose.PROMOTIONAL.value, _("Offers")),
    (Purpose.SERVICE.value, _("Service")),
]
CHANNELS: list[tuple[str, Any]] = [
    (Channel.CALL.value, _("Calls")),
    (Channel.SMS.value, _("SMS")),
    (Channel.WHATSAPP.value, _("WhatsApp")),
    (Channel.EMAIL.value, _("E-mail")),
]
KINDS: list[tuple[str, Any]] = [
    ("mobile", _("Mobile")),
    ("fixed", _("Landline")),
    ("toll_free", _("Toll-free")),
    ("voip", _("Internet telephony")),
]
SERIES: list[tuple[str, Any]] = [
    (Series.PROMOTIONAL.value, _("140: promotional")),
    (Series.SERVICE.value, _("1600: service, for governments and finance")),
    (Series.ORDINARY.value, _("Ordinary")),
]
