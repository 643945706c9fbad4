"""What teams owe: ending breaks that nobody came back from."""

import datetime as dt
import uuid
from typing import Any

from jini.lib.work import handler


@handler("teams.end_long_break", is_short=True)
def end_long_break(organisation: Any, subject_id: uuid.UUID) -> dt.datetime | None:
    from teams.actions import presence  # noqa: PLC0415 -- leaf

    return presence.end_long_break(organisation, subject_id)
