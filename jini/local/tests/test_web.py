"""The web server: what `make run` starts and the image starts are the same, and PostgreSQL has room for it."""

from pathlib import Path

from jini.local.postgresql import SETTINGS
from jini.local.run import WEB_PROCESSES, WEB_THREADS, Launcher
from jini.local.services import CHECKOUT


def test_every_thread_of_the_web_server_has_a_connection_and_others_have_theirs(tmp_path: Path) -> None:
    command = [str(word) for word in Launcher(tmp_path, 8000, 1).web({}).command]

    assert command[command.index("--workers") + 1] == str(WEB_PROCESSES)
    assert command[command.index("--blocking-threads") + 1] == str(WEB_THREADS)
    assert int(SETTINGS["max_connections"]) >= 4 * WEB_PROCESSES * WEB_THREADS


def test_the_image_serves_pages_with_as_many_threads() -> None:
    [line] = [line for line in (CHECKOUT / "Dockerfile").read_text().splitlines() if line.startswith("CMD")]

    assert f'"--workers", "{WEB_PROCESSES}", "--blocking-threads", "{WEB_THREADS}"' in line
