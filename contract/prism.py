"""Twilio's published OpenAPI, and Prism, a server that accepts and refuses by it.

Both come from npm (`make contract-tools`): Prism from @stoplight/prism-cli, the description of the API, which is that of
github.com/twilio/twilio-oai, from @twilio/cli-core.
"""

import contextlib
import fcntl
import json
import re
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import requests

from jini.local.children import Child, bare_environment, wait_until

FOLDER = Path(__file__).parent
MODULES = FOLDER / "node_modules"
SERVICES = MODULES / "@twilio" / "cli-core" / "src" / "services" / "twilio-api"
# Calls and all about them; auth tokens; the permissions of countries. No two have an address in common.
PUBLISHED = [SERVICES / f"twilio_{name}.json" for name in ("api_v2010", "accounts_v1", "voice_v1")]
# On a busy machine of two cores; alone it takes 2 to 5 seconds.
START_SECONDS = 90


class ToolsMissing(Exception):
    """Prism cannot be installed here; the message says what is lacking."""


def install() -> None:
    """Bring Prism and the description, unless they are there; one at a time when pytest runs in several processes."""
    with (FOLDER / "package.json").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        made = subprocess.run(
            ["make", "--no-print-directory", "contract-tools"],
            cwd=FOLDER.parent,
            check=False,
            capture_output=True,
            text=True,
        )
    if made.returncode:
        raise ToolsMissing(made.stdout + made.stderr)


def description() -> dict[str, Any]:
    """Return Twilio's descriptions as one, with what Prism needs said.

    - An array in a form is sent as repeated fields. That is OpenAPI's default, but Prism 5.14 only takes it when it is
      said (stoplightio/prism#2473).
    - A list has one page and something on it. Prism invents the address of the next, and keeps nothing to show there.
    """
    described, *others = (json.loads(published.read_text()) for published in PUBLISHED)
    for other in others:
        described["paths"] |= other["paths"]
        described["components"]["schemas"] |= other["components"].get("schemas", {})
    for path in described["paths"].values():
        for operation in path.values():
            if isinstance(operation, dict):
                _complete(operation)
    return described


def _complete(operation: dict[str, Any]) -> None:
    for content in operation.get("requestBody", {}).get("content", {}).values():
        for name, field in content["schema"].get("properties", {}).items():
            if field.get("type") == "array":
                content.setdefault("encoding", {})[name] = {"style": "form", "explode": True}
    for answer in operation.get("responses", {}).values():
        for content in answer.get("content", {}).values():
            fields = content["schema"].get("properties", {})
            fields.pop("next_page_uri", None)
            for field in fields.values():
                if field.get("type") == "array":
                    field["minItems"] = 1


@dataclass
class Judge:
    """Prism at `address`; `described` is what it judges by."""

    address: str
    described: dict[str, Any]

    def unknown_names(self, request: requests.PreparedRequest) -> set[str]:
        """Return the names in the query and the form of `request` that the description does not have.

        Prism lets them pass, and Twilio ignores them: a misspelt one would be lost in silence.
        """
        address = urlsplit(request.url or "")
        operation = self.described["paths"][self._path(address.path)][(request.method or "").lower()]
        known = {one["name"] for one in operation.get("parameters", []) if one["in"] == "query"}
        for content in operation.get("requestBody", {}).get("content", {}).values():
            known |= set(content["schema"]["properties"])
        sent = {*parse_qs(address.query), *parse_qs(str(request.body or ""))}
        return sent - known

    def _path(self, path: str) -> str:
        """Return the description's own name of an address: /Calls/{Sid}.json for /Calls/CA01….json."""
        names = (name for name in self.described["paths"] if re.fullmatch(re.sub(r"{\w+}", "[^/]+", name), path))
        return min(names, key=lambda name: name.count("{"))


@contextlib.contextmanager
def judge(folder: Path) -> Iterator[Judge]:
    """Run Prism on a free port for as long as the context is open, with its files in `folder`.

    Answers are invented anew for each request (`-d`): a fixed example would give every call the same id.
    """
    install()
    described = description()
    strict = folder / "twilio.json"
    strict.write_text(json.dumps(described))
    port = _free_port()
    child = Child(
        "Prism",
        [_node(), MODULES / ".bin" / "prism", "mock", "-h", "127.0.0.1", "-p", str(port), "-d", "-v", "warn", strict],
        folder / "prism.log",
        stops=((signal.SIGTERM, 2.0),),
        env=bare_environment(),
    )
    address = f"http://127.0.0.1:{port}"
    child.start()
    try:
        wait_until(lambda: _answers(address), child, seconds=START_SECONDS)
        yield Judge(address, described)
    finally:
        child.stop()


def _node() -> str:
    found = shutil.which("node")
    if found is None:
        raise ToolsMissing("The contract tests need Node 20: sudo apt install nodejs npm")
    return found


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _answers(address: str) -> bool:
    try:
        requests.get(address, timeout=5)
    except requests.ConnectionError:
        return False
    return True
