"""The tables that belong to the policy: what is held, cookies, processors; made from what the apps declare alone."""

from collections.abc import Callable
from typing import Any

from django.template.loader import render_to_string
from django.utils import translation

from jini.lib import browser_data, processors
from privacy.inventory import kinds_held, periods
from privacy.models import Policy


def _data() -> dict[str, Any]:
    return {"sections": kinds_held(), "periods": periods()}


def _cookies() -> dict[str, Any]:
    return {"kept": browser_data.everything()}


def _processors() -> dict[str, Any]:
    return {"processors": processors.all_possible()}


KINDS: dict[str, tuple[str, Callable[[], dict[str, Any]]]] = {
    Policy.Kind.DATA: ("privacy/annexes/data.html", _data),
    Policy.Kind.COOKIES: ("privacy/annexes/cookies.html", _cookies),
    Policy.Kind.PROCESSORS: ("privacy/annexes/processors.html", _processors),
}


def text(kind: str, language: str) -> str:
    """Return the table of `kind` as HTML in `language`."""
    template, context = KINDS[kind]
    with translation.override(language):
        return render_to_string(template, context())
