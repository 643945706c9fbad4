"""The secrets of a zero-install run: made once, kept in `.jini/env`, readable by their owner only."""

import os
from pathlib import Path

from jini.local.services import fresh_keys


def kept_keys(folder: Path) -> dict[str, str]:
    """Return the settings in `folder/env`, made with fresh secrets the first time. One NAME=value per line.

    The file comes into being whole or not at all: half a FIELD_KEYS would make what it encrypted unreadable.
    """
    path = folder / "env"
    if not path.exists():
        half = folder / "env.half"
        half.unlink(missing_ok=True)
        lines = "".join(f"{name}={value}\n" for name, value in fresh_keys().items())
        handle = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as file:
            file.write(lines)
            file.flush()
            os.fsync(handle)
        half.rename(path)
    kept = path.read_text().splitlines()
    pairs = (line.split("=", 1) for line in kept if "=" in line and not line.startswith("#"))
    return {name.strip(): value.strip() for name, value in pairs}
