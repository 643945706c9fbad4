"""What the call panel says of who has answered, and which messages can be left."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from dialer.models import Call, VoicemailMessage
from dialer.providers.accounts import hears_machines
from dialer.providers.port import AnsweredBy

WORDS: dict[str, Any] = {
    AnsweredBy.MACHINE: _("An answering machine, as the provider hears it."),
    AnsweredBy.AFTER_BEEP: _("An answering machine, after its tone."),
    AnsweredBy.AFTER_SILENCE: _("An answering machine that waits."),
    AnsweredBy.AFTER_GREETING: _("An answering machine, after its greeting."),
    AnsweredBy.FAX: _("A fax machine."),
}


@dataclass(frozen=True)
class PanelMachine:
    """Whether a machine answered, in words, and the messages that can be left now."""

    words: Any
    messages: list[VoicemailMessage]

    @property
    def is_machine(self) -> bool:
        return bool(self.words)


def panel_machine(call: Call) -> PanelMachine | None:
    """Return what the panel shows; None while nobody has answered, or on a phone of the telecaller's own."""
    if not call.is_live or not call.is_connected or call.mode == Call.Mode.OWN_PHONE:
        return None
    can_leave = call.answered_by != AnsweredBy.FAX and hears_machines(call.provider)
    messages = list(VoicemailMessage.objects.offered()) if can_leave else []
    return PanelMachine(WORDS.get(call.answered_by, ""), messages)
