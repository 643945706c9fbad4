"""The outcomes, settings and simulated telephone a new organisation starts with."""

import uuid
from collections.abc import Mapping
from typing import Any

from dialer.models import DialerSettings, Dialling, Disposition, IncomingSettings, TelephonyAccount
from dialer.models.telephony import new_webhook_secret
from leads.models import Status, StatusReason

CONNECTED, NOT_CONNECTED = Disposition.Group.CONNECTED, Disposition.Group.NOT_CONNECTED
HUMAN = {"group": CONNECTED, "is_human_answered": True, "is_customer_contact": True}
RETRY = {"group": NOT_CONNECTED, "retry_attempts": 4}

# Outcomes of product.md 4 in their order; `to` is the status that the lead moves to, and `why` the reason.
DISPOSITIONS: list[dict[str, Any]] = [
    {"name": "Interested", "name_hi": "रुचि है", "icon": "thumb-up", "hot_key": "1", "to": "Interested", **HUMAN,
     "needs_follow_up": True, "follow_up_minutes": 1440, "minimum_talk_seconds": 5},
    {"name": "Call back", "name_hi": "बाद में कॉल करें", "icon": "calendar-event", "hot_key": "2", "to": "Contacted", **HUMAN,
     "needs_follow_up": True, "follow_up_minutes": 60},
    {"name": "Not interested", "name_hi": "रुचि नहीं", "icon": "thumb-down", "hot_key": "3", "to": "Lost", "why": "No need now",
     **HUMAN, "is_not_interested": True},
    {"name": "Already bought", "name_hi": "पहले ही ले लिया", "icon": "shopping-bag", "hot_key": "4", "to": "Lost",
     "why": "Bought elsewhere", **HUMAN},
    {"name": "Converted", "name_hi": "सौदा पक्का", "icon": "trophy", "hot_key": "5", "to": "Won", **HUMAN, "is_converted": True,
     "minimum_talk_seconds": 5},
    {"name": "No answer", "name_hi": "फ़ोन नहीं उठाया", "icon": "phone-x", "hot_key": "6", **RETRY, "retry_minutes": 120,
     "provider_status": "no-answer", "maximum_talk_seconds": 30},
    {"name": "Busy", "name_hi": "व्यस्त", "icon": "phone-pause", "hot_key": "7", **RETRY, "retry_minutes": 60,
     "provider_status": "busy", "maximum_talk_seconds": 30},
    {"name": "Switched off", "name_hi": "फ़ोन बंद", "icon": "power", "hot_key": "8", **RETRY, "retry_minutes": 240},
    {"name": "Not reachable", "name_hi": "संपर्क से बाहर", "icon": "antenna-bars-off", "hot_key": "9", **RETRY,
     "retry_minutes": 240, "provider_status": "failed"},
    {"name": "Wrong number", "name_hi": "गलत नंबर", "icon": "user-question", "hot_key": "0", "to": "Invalid",
     "group": NOT_CONNECTED, "is_human_answered": True, "is_unworkable": True},
    {"name": "Do not call", "name_hi": "कॉल न करें", "icon": "ban", "hot_key": "d", "to": "Lost", "group": NOT_CONNECTED,
     "is_human_answered": True, "is_do_not_call": True},
]  # fmt: skip

# By which the system closes a call that nobody wrapped up; the lead is tried again by the same telecaller.
OF_THE_SYSTEM: list[dict[str, Any]] = [
    {"system_code": "customer_gone", "name": "JiNi: customer gone", "name_hi": "JiNi: ग्राहक जा चुका था", "icon": "phone-off"},
    {"system_code": "no_outcome", "name": "JiNi: no outcome in time", "name_hi": "JiNi: समय पर परिणाम नहीं", "icon": "clock"},
    {"system_code": "away", "name": "JiNi: telecaller away", "name_hi": "JiNi: टेलीकॉलर मौजूद नहीं", "icon": "coffee"},
]  # fmt: skip


def give_dialer() -> None:
    """Give the organisation of the open scope outcomes, settings and the simulator, unless it has its own."""
    if not Disposition.objects.exists():
        statuses = {status.name: status for status in Status.objects.all()}
        reasons = {reason.name: reason for reason in StatusReason.objects.all()}
        Disposition.objects.bulk_create(
            Disposition(
                position=position,
                next_status=statuses.get(fields.get("to", "")),
                reason=reasons.get(fields.get("why", "")),
                **_columns(fields),
            )
            for position, fields in enumerate(DISPOSITIONS)
        )
        Disposition.objects.bulk_create(
            Disposition(position=100 + place, **RETRY, retry_minutes=60, **fields)
            for place, fields in enumerate(OF_THE_SYSTEM)
        )
    if not DialerSettings.objects.exists():
        DialerSettings.objects.create()
    if not IncomingSettings.objects.exists():
        IncomingSettings.objects.create()
    if not Dialling.objects.exists():
        Dialling.objects.create()
    if not TelephonyAccount.objects.exists():
        TelephonyAccount.objects.create(
            provider=TelephonyAccount.Provider.SIMULATOR, credentials={"secret": new_webhook_secret()}, is_active=True
        )


def _columns(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if name not in {"to", "why"}}


def disposition_labels() -> Mapping[uuid.UUID, str]:
    """Return {id: label} of the organisation's outcomes, also of those no longer in use."""
    return {disposition.pk: disposition.label for disposition in Disposition.objects.all()}
