"""Folders and secrets: closed to others, refused when others made them, kept between runs."""

import os
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from jini.local import folders
from jini.local.children import Account, server_account
from jini.local.keys import kept_keys


@pytest.fixture
def spare() -> Iterator[Path]:
    """A folder that no checkout has; its stand-in is removed."""
    folder = Path(f"/nowhere/{os.getpid()}")
    yield folder
    shutil.rmtree(folders.stand_in_name(folder), ignore_errors=True)


def test_a_stand_in_is_made_once_and_open_to_pass_through(spare: Path) -> None:
    folder = folders.stand_in(spare)

    assert stat.S_IMODE(folder.stat().st_mode) == 0o711
    assert folders.stand_in(spare) == folder


def test_a_stand_in_that_others_can_write_to_is_refused(spare: Path) -> None:
    folders.stand_in(spare).chmod(0o777)

    with pytest.raises(folders.UnsafeFolder, match="was made by someone else"):
        folders.stand_in(spare)


def test_a_stand_in_that_is_a_link_is_refused(spare: Path, tmp_path: Path) -> None:
    folders.stand_in_name(spare).symlink_to(tmp_path)
    try:
        with pytest.raises(folders.UnsafeFolder):
            folders.stand_in(spare)
    finally:
        folders.stand_in_name(spare).unlink()


def test_data_stay_in_the_checkout_where_its_parents_are_open(tmp_path: Path) -> None:
    assert folders.persistent(tmp_path / "data", None) == tmp_path / "data"


def test_data_move_where_the_parents_are_closed(tmp_path: Path) -> None:
    account = server_account()
    closed = tmp_path / "home"
    closed.mkdir(mode=0o700)
    if account is None:
        # An ordinary user runs the servers as itself, so nothing is closed to it.
        assert folders.persistent(closed / "data", account) == closed / "data"
        return

    stand_in = folders.persistent(closed / "data", account)

    try:
        assert stand_in == folders.stand_in_name(closed / "data")
        assert folders.reachable(stand_in, account)
        assert not folders.reachable(closed, account)
        (stand_in / "postgresql").mkdir()
        folders.persistent(closed / "data", account)
        assert (stand_in / "postgresql").is_dir()
        shutil.rmtree(closed / "data")
        folders.persistent(closed / "data", account)
        assert list(stand_in.iterdir()) == []
    finally:
        shutil.rmtree(stand_in)


def test_a_closed_folder_changes_hands_with_all_it_holds(tmp_path: Path) -> None:
    account = server_account() or Account("me", os.getuid(), os.getgid())
    folder = tmp_path / "data"
    (folder / "below").mkdir(parents=True)

    folders.closed(folder, account)

    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {path.stat().st_uid for path in (folder, folder / "below")} == {account.uid}


def test_secrets_are_made_once_and_readable_by_their_owner_only(tmp_path: Path) -> None:
    first = kept_keys(tmp_path)

    assert first.keys() == {"SECRET_KEY", "FIELD_KEYS", "VAPID_PRIVATE_KEY"}
    assert stat.S_IMODE((tmp_path / "env").stat().st_mode) == 0o600
    assert kept_keys(tmp_path) == first


def test_own_settings_may_be_added_to_the_secrets(tmp_path: Path) -> None:
    kept_keys(tmp_path)
    with (tmp_path / "env").open("a") as file:
        file.write("# ours\nLOG_LEVEL = DEBUG\n")

    assert kept_keys(tmp_path)["LOG_LEVEL"] == "DEBUG"


def test_secrets_half_written_are_written_anew(tmp_path: Path) -> None:
    (tmp_path / "env.half").write_text("SECRET_KEY=ha")

    assert len(kept_keys(tmp_path)["SECRET_KEY"]) == 64
