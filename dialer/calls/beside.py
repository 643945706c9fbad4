"""What providers tell of a call beside how its legs stand, each kind decided on by those whom it is about."""

from collections.abc import Iterable

from dialer.models import Call, CallEvent
from dialer.providers.port import Beside
from dialer.recordings import hearing

Verdict = CallEvent.Verdict


def hear_who_answered(events: Iterable[CallEvent]) -> list[tuple[CallEvent, str]]:
    """Write down who answered, as the provider says it; its first word stays."""
    verdicts: list[tuple[CallEvent, str]] = []
    for kept in events:
        calls = Call.objects.filter(pk=kept.call_token)
        word = kept.payload["status"][:LONGEST]
        if not word:
            verdict = Verdict.UNKNOWN_STATUS
        elif calls.filter(answered_by="").update(answered_by=word):
            verdict = Verdict.MERGED
        else:
            verdict = Verdict.OUT_OF_ORDER if calls.exists() else Verdict.UNKNOWN_CALL
        verdicts.append((kept, verdict))
    return verdicts


# The column of the provider's word.
LONGEST = 40
DECIDERS = {Beside.RECORDING: hearing.decide, Beside.MACHINE: hear_who_answered}


def decide(events: Iterable[CallEvent]) -> list[tuple[CallEvent, str]]:
    """Return the verdict on each event, once it has had its effect; a kind that nobody knows is an unknown status."""
    verdicts: list[tuple[CallEvent, str]] = []
    for kept in events:
        decider = DECIDERS.get(Beside(kept.leg)) if kept.leg in set(Beside) else None
        verdicts += decider([kept]) if decider else [(kept, CallEvent.Verdict.UNKNOWN_STATUS)]
    return verdicts
