"""Which lines of the logs reach the console."""

from pathlib import Path

import pytest

from jini.local.echo import Echo


def test_warnings_and_tracebacks_are_repeated_and_the_rest_is_not(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log = tmp_path / "web.log"
    log.write_text("2026-11-24 ERROR long ago\n")
    echo = Echo({"web": log})
    with log.open("a") as file:
        file.write("2026-11-24 INFO web.up\n  and more\n2026-11-24 ERROR web.fell\nTraceback\n2026-11-24 WARNING hal")
    echo.show()
    with log.open("a") as file:
        file.write("f\n")
    echo.show()

    assert capsys.readouterr().out == (
        "[web] 2026-11-24 ERROR web.fell\n[web] Traceback\n[web] 2026-11-24 WARNING half\n"
    )
