"""Whether a provider can reach us: the last step of a connection test."""

import ipaddress
from urllib.parse import urlsplit

import requests

from dialer.providers.port import CheckOutcome, CheckStep

TIMEOUT_SECONDS = 5
STEP = "reachable"


def check_address(address: str, *, from_outside: bool = True) -> CheckStep:
    """Ask our own public `address` whether it is alive; `from_outside`: it must also be one that the Internet knows.

    What stands at the address is asked from here, so a way in that only the provider lacks is not seen.
    """
    known = {"address": address}
    if not address:
        return CheckStep(STEP, CheckOutcome.SKIPPED)
    if from_outside and _is_local(urlsplit(address).hostname or ""):
        return CheckStep(STEP, CheckOutcome.FAILED, "local_address", known)
    try:
        answer = requests.get(f"{address}/livez", timeout=TIMEOUT_SECONDS)
    except requests.RequestException as error:
        return CheckStep(STEP, CheckOutcome.FAILED, type(error).__name__, known)
    if answer.ok:
        return CheckStep(STEP, CheckOutcome.PASSED, "", known)
    return CheckStep(STEP, CheckOutcome.FAILED, str(answer.status_code), known)


def _is_local(host: str) -> bool:
    """Whether `host` means this machine or its own network, as far as its name tells."""
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return "." not in host or host.endswith((".local", ".localhost", ".internal"))
