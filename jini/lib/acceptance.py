"""What somebody who joins must agree to: a form that a higher app owns and registers in `AppConfig.ready()`."""

from collections.abc import Mapping
from typing import Any, Protocol

from django import forms


class Acceptance(Protocol):
    """A form of unticked boxes that renders by its own `template_name` and keeps proof of what was ticked."""

    errors: Any

    def is_valid(self) -> bool: ...

    def record(self, user: Any, *, ip_address: str | None, user_agent: str) -> None:
        """Store who agreed to which text, when and from where. Call once the form is valid, in its transaction."""


_forms: list[type[forms.Form]] = []


def register(form: type[forms.Form]) -> None:
    """Make `form`, which fulfils `Acceptance`, the one that whoever joins has to fill in."""
    _forms[:] = [form]


def boxes(data: Mapping[str, Any] | None = None) -> Any:
    """Return the registered form, bound to `data` when given."""
    return _forms[0](data)
