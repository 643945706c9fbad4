"""What may stand in a line of the log."""

from collections.abc import MutableMapping
from typing import Any


def without_request(_logger: Any, _name: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Take the request out of a line: Django hands it over, and it is written with its query, where people search by name."""
    line.pop("request", None)
    return line
