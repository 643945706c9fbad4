"""Make `.venv` from the hashed requirements, once: `python3 jini/local/environment.py run|test`.

Run by `make` with the Python of the machine, so on the standard library alone.
"""

import hashlib
import subprocess
import sys
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
VENV = CHECKOUT / ".venv"
PYTHON = VENV / "bin" / "python"
REQUIREMENTS = {
    "run": ["requirements.txt", "requirements-local.txt"],
    "test": ["requirements.txt", "requirements-local.txt", "requirements-dev.txt"],
}


def ensure(purpose: str) -> int:
    """Make or complete the virtual environment for `purpose`; at once when nothing changed. Return an exit code."""
    if not _works() and (code := _create()):
        return code
    if _is_stamped(purpose):
        return 0
    print("Installing JiNi's packages into .venv (once; about a minute)", flush=True)
    command: list[str | Path] = [
        PYTHON,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--require-hashes",
    ]
    # The lists are complete and pinned: there is nothing to resolve.
    command += ["--no-deps", *(f"--requirement={CHECKOUT / name}" for name in REQUIREMENTS[purpose])]
    if code := subprocess.run(command, check=False).returncode:
        print("The packages could not be installed; the lines above say why.", file=sys.stderr)
        return code
    _stamp(purpose).write_text(_digest(purpose))
    return 0


def _works() -> bool:
    try:
        return subprocess.run([PYTHON, "-c", "import pip"], check=False, capture_output=True).returncode == 0
    except OSError:
        return False


def _create() -> int:
    made = subprocess.run([sys.executable, "-m", "venv", "--clear", VENV], check=False)
    if made.returncode:
        print("Python cannot make a virtual environment here. On Debian: apt install python3-venv", file=sys.stderr)
    return made.returncode


def _stamp(purpose: str) -> Path:
    return VENV / f"jini-{purpose}.stamp"


def _is_stamped(purpose: str) -> bool:
    # Everything that running needs is among what testing needs.
    wider = ["run", "test"] if purpose == "run" else ["test"]
    return any(_stamp(known).exists() and _stamp(known).read_text() == _digest(known) for known in wider)


def _digest(purpose: str) -> str:
    digest = hashlib.sha256(sys.version.encode())
    for name in REQUIREMENTS[purpose]:
        digest.update((CHECKOUT / name).read_bytes())
    return digest.hexdigest()


if __name__ == "__main__":
    sys.exit(ensure(sys.argv[1]))
