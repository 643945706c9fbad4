"""What the lines of the dialer's log hold; part of `dialer.personal_data`."""

from functools import partial

from django.utils.translation import gettext_lazy as _

from jini.lib.personal_data import Basis, Declared, Erase, Kind, LogField, Purpose, Seen, Whose

log = partial(
    LogField,
    kind=Kind.TECHNICAL,
    whose=Whose.NOBODY,
    purpose=Purpose.OPERATE,
    basis=Basis.NONE,
    keep="logs",
    seen=Seen.OPERATOR,
    erase=Erase.NONE,
)

LOGS: tuple[Declared, ...] = (
    log(name="call", what=_("id of a call")),
    log(name="leg", what=_("which end of a call")),
    log(name="participant", what=_("id of a third person on a call")),
    log(name="control", what=_("id of something that was asked of a call")),
    log(name="outcome", what=_("what the telephone company answered")),
)
