"""The words of the notices about telephony."""

from collections.abc import Mapping, Sequence
from typing import Any

from accounts.models import Membership
from dialer.calls.failures import FAILURES


def refused(_member: Membership, details: Sequence[Mapping[str, Any]]) -> list[str]:
    """Why the provider refused a call that only an admin can put right."""
    return [str(FAILURES.get(one["failure"], one["failure"])) for one in details]
