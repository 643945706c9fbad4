"""What somebody who joins must agree to: a form that a higher app owns and registers in `AppConfig.ready()`."""

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from django import forms


class Acceptance(Protocol):
    """A form of unticked boxes that renders by its own `template_name` and keeps proof of what was ticked."""

    errors: Any

    def is_valid(self) -> bool: ...

    def record(self, user: Any, *, ip_address: str | None, user_agent: str) -> None:
        """Store who agreed to which text, when and from where. Call once the form is valid, in its transaction."""


# A part of a query on memberships: whether the person of one must accept a document before going on.
_debts: list[Callable[[], Any]] = []
# Where one may go before: copies of one's data, the end of the account, and the question itself.
_open: list[str] = []
_forms: list[type[forms.Form]] = []


def register(form: type[forms.Form]) -> None:
    """Make `form`, which fulfils `Acceptance`, the one that whoever joins has to fill in."""
    _forms[:] = [form]


def boxes(data: Mapping[str, Any] | None = None) -> Any:
    """Return the registered form, bound to `data` when given."""
    return _forms[0](data)


def register_debt(expression: Callable[[], Any]) -> None:
    """Have `expression()` say of a membership in a query whether its person must accept a document first."""
    _debts[:] = [expression]


def debt() -> dict[str, Any]:
    """Return the annotation `owes_acceptance` for a query on memberships; empty while no app has documents."""
    return {"owes_acceptance": _debts[0]()} if _debts else {}


def keep_open(*paths: str) -> None:
    """Let people who must accept a document first still go to what begins with one of `paths`."""
    _open.extend(path for path in paths if path not in _open)


def is_open(path: str) -> bool:
    return path.startswith(tuple(_open))
