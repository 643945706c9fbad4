"""What teams record about whoever works: when they were available, on a break or away."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from jini.lib.recorded import Line, counted
from teams.models import Presence


def states(member: Membership) -> Any:
    return Presence.objects.filter(member=member)


LINES = (Line(_("Times available, on break and offline"), "employee", counted(states), view="reports:my_stats"),)
