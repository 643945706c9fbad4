"""What a browser says of itself, in few words: name and main version, system, kind of device.

A table of our own, since it shall know little: a library tells thousands of models apart, and a model tells people apart.
Browsers have frozen the rest of the text for the same reason (User-Agent reduction of Chromium, 2023). What is not in the
table is "", which pages show as unknown.
"""

import re
from dataclasses import dataclass

PHONE, TABLET, COMPUTER = "phone", "tablet", "computer"

# The first that fits counts: nearly all call themselves Mozilla, Chrome and Safari as well.
_BROWSERS = (
    ("Edge", r"Edg(?:A|iOS)?/(\d{1,4})"),
    ("Opera", r"OPR/(\d{1,4})"),
    ("Samsung Internet", r"SamsungBrowser/(\d{1,4})"),
    ("Firefox", r"(?:Firefox|FxiOS)/(\d{1,4})"),
    ("Chrome", r"(?:Chrome|CriOS)/(\d{1,4})"),
    ("Safari", r"Version/(\d{1,4})\S* .*Safari/"),
)
# Windows and macOS say the same version for years, so none is kept.
_SYSTEMS = (
    ("Android", r"Android (\d{1,4})"),
    ("Android", r"Android()"),
    ("iPadOS", r"iPad.* OS (\d{1,4})_"),
    ("iOS", r"(?:iPhone|iPod).* OS (\d{1,4})_"),
    ("Windows", r"Windows NT()"),
    ("ChromeOS", r"CrOS()"),
    ("macOS", r"Macintosh()"),
    ("Linux", r"Linux()"),
)
_LONGEST = 500


@dataclass(frozen=True)
class UserAgent:
    """`browser` as in "Chrome 142", `system` as in "Android 15", `device` one of phone, tablet, computer; "" is unknown."""

    browser: str
    system: str
    device: str


def parse(text: str) -> UserAgent:
    """Return what the header `User-Agent` says."""
    text = text[:_LONGEST]
    system = _first(_SYSTEMS, text)
    return UserAgent(_first(_BROWSERS, text), system, _device(system, text))


def _first(table: tuple[tuple[str, str], ...], text: str) -> str:
    for name, pattern in table:
        if found := re.search(pattern, text):
            return f"{name} {found[1]}".strip()
    return ""


def _device(system: str, text: str) -> str:
    if system.startswith("iPadOS") or "Tablet" in text or (system.startswith("Android") and "Mobile" not in text):
        return TABLET
    if system.startswith(("Android", "iOS")):
        return PHONE
    return COMPUTER if system else ""
