"""Asking the provider to play a message, once, and giving it the sound for a few minutes."""

import datetime as dt
import uuid

from django.utils import timezone

from accounts.models import Organisation
from accounts.tenancy import acting_for
from dialer.calls import line
from dialer.models import MessageDrop, VoicemailMessage
from dialer.providers.accounts import provider_of
from dialer.providers.port import DialAnswer, DialOutcome
from dialer.signed_addresses import address_of, named_by

# In which a provider fetches the sound: at once, or a second time after an error.
VALID = dt.timedelta(minutes=5)
VIEW = "dialer:hook_sound"
State = MessageDrop.State
OUTCOMES = {
    DialOutcome.ACCEPTED: State.PLAYED,
    DialOutcome.REFUSED: State.REFUSED,
    DialOutcome.TRY_LATER: State.REFUSED,
    DialOutcome.UNCLEAR: State.UNCLEAR,
}


def leave(organisation: Organisation, drop_id: uuid.UUID) -> None:
    """Have the message played, and end the telecaller's line, which it leaves behind."""
    with acting_for(organisation):
        drop = MessageDrop.objects.select_for_update(of=("self",)).select_related("call", "message").get(pk=drop_id)
        if drop.state != State.INTENT:
            return
        drop.state = State.ASKED
        drop.save(update_fields=["state"])
        provider = provider_of(line.account_of(drop.call), organisation)
        url = url_of(drop)
    machines = provider.machines
    answer = DialAnswer(DialOutcome.REFUSED, code="unsupported") if machines is None else None
    if machines is not None:
        answer = machines.leave(drop.call.customer_leg, url)
    with acting_for(organisation):
        said = answer or DialAnswer(DialOutcome.UNCLEAR)
        MessageDrop.objects.filter(pk=drop_id, state=State.ASKED).update(
            state=OUTCOMES[said.outcome], code=said.code[:40]
        )
    # The telecaller has gone on; of a message that is not played, the customer's line ends too.
    legs = (
        [drop.call.agent_leg]
        if said.outcome in {DialOutcome.ACCEPTED, DialOutcome.UNCLEAR}
        else [drop.call.customer_leg, drop.call.agent_leg]
    )
    provider.hang_up([leg for leg in legs if leg])


def url_of(drop: MessageDrop) -> str:
    """Return the address at which the provider finds the sound for a few minutes."""
    return address_of(VIEW, drop.organisation_id, drop.pk)


def sound_at(signed: str) -> VoicemailMessage | None:
    """Return the message that a signed address stands for; None when it is forged, too old, or the message is gone."""
    if (named := named_by(VIEW, signed, VALID)) is None:
        return None
    organisation, drop_id = named
    with acting_for(organisation):
        fresh = MessageDrop.objects.filter(pk=drop_id, left_at__gt=timezone.now() - 2 * VALID)
        drop = fresh.select_related("message").exclude(message__file="").first()
    return drop.message if drop is not None else None
