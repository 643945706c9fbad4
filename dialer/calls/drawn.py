"""From what the bar and the panel of a live call are drawn, in short and in one question: they are asked for all the time."""

import uuid

from django.db import connection
from django.utils import timezone
from django.utils.translation import get_language

from accounts.models import Membership
from dialer.calls.controls import NEWS

# The rows as they stand; that the provider gave a sign of life changes nothing that is shown.
_QUESTION = """
SELECT md5(jsonb_build_array(
    to_jsonb(call) - 'seen_at',
    to_jsonb(lead),
    (SELECT jsonb_agg(to_jsonb(one) ORDER BY id) FROM dialer_control one WHERE call_id = call.id),
    (SELECT count(*) FROM dialer_control WHERE call_id = call.id AND state = 'failed' AND asked_at > %(news)s),
    (SELECT jsonb_agg(to_jsonb(one) - 'seen_at' ORDER BY id) FROM dialer_participant one WHERE call_id = call.id),
    (SELECT to_jsonb(one) FROM dialer_recording one WHERE call_id = call.id),
    (SELECT to_jsonb(one) FROM dialer_callscript one WHERE call_id = call.id),
    (SELECT to_jsonb(one) FROM dialer_recordingwish one WHERE lead_id = lead.id AND withdrawn_at IS NULL)
)::text)
FROM dialer_call call JOIN leads_lead lead ON lead.id = call.lead_id
WHERE call.organisation_id = %(organisation)s AND call.telecaller_id = %(member)s AND call.ended_at IS NULL AND call.closed_at IS NULL
AND call.lead_id = coalesce(%(lead)s, call.lead_id)
"""


def drawn_from(member: Membership, lead_id: uuid.UUID | None = None) -> str:
    """Return the state of the live call of `member`, to `lead_id` where that is given; "" when there is none.

    It changes with the call, its lead, and what people and the provider do in the call. What the organisation sets
    meanwhile (colleagues, scripts, messages) is not in it: that is shown with the next change, or when the page is loaded.
    """
    asked = {
        "organisation": member.organisation_id,
        "member": member.pk,
        "lead": lead_id,
        "news": timezone.now() - NEWS,
    }
    with connection.cursor() as cursor:
        cursor.execute(_QUESTION, asked)
        row = cursor.fetchone()
    return f"{get_language()}{row[0]}" if row else ""
