"""How well a phone does its part, in words: what stands in the way comes first."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dialer.models import Device
from jini.lib.words import duration

LOW_BATTERY = 15


@dataclass(frozen=True)
class Health:
    """`state` in one word, whether that is `bad`, and everything that is wrong."""

    state: str
    is_bad: bool
    faults: list[str]


def health_of(device: Device) -> Health:
    """Return the health of a phone by what it sent, and by what it did not send."""
    if device.is_revoked:
        return Health(_("Revoked"), is_bad=True, faults=[])
    faults = [str(says(device)) for is_wrong, says in _FAULTS if is_wrong(device)]
    if device.synced_at is None:
        return Health(_("Not heard of yet"), is_bad=device.is_silent, faults=faults)
    return Health(_("Look at this") if faults else _("Works"), is_bad=bool(faults), faults=faults)


def _skew(device: Device) -> str:
    seconds = round(device.clock_skew.total_seconds()) if device.clock_skew else 0
    said = _("Its clock is %(time)s slow; JiNi corrects the times.")
    if seconds < 0:
        said = _("Its clock is %(time)s fast; JiNi corrects the times.")
    return said % {"time": duration(abs(seconds))}


def _told(name: str, *, wrong: bool) -> Callable[[Device], bool]:
    return lambda device: device.reported.get(name) is wrong


_FAULTS: list[tuple[Callable[[Device], bool], Callable[[Device], Any]]] = [
    (lambda device: device.is_silent, lambda _device: gettext_lazy("Silent for more than a day.")),
    (lambda device: device.is_skewed, _skew),
    (
        _told("may_read_call_log", wrong=False),
        lambda _device: gettext_lazy("The app may not read the call log. Allow it in the phone's settings."),
    ),
    (
        _told("may_run_in_background", wrong=False),
        lambda _device: gettext_lazy("The phone stops the app in the background. Allow it to run there."),
    ),
    (
        _told("is_battery_saver_on", wrong=True),
        lambda _device: gettext_lazy("The battery saver is on and holds calls back."),
    ),
    (
        lambda device: device.reported.get("battery_percent", 100) < LOW_BATTERY,
        lambda device: _("The battery is at %(percent)d %%.") % {"percent": device.reported["battery_percent"]},
    ),
]
