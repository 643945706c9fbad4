"""The vendored files are exactly those that VENDOR.md names."""

import hashlib
import re
from pathlib import Path

STATIC = Path(__file__).resolve().parents[2] / "static"
VENDOR = STATIC / "vendor"
ROW = re.compile(r"^\| `([0-9a-f]{64})` \| (\S+) \|$", re.MULTILINE)


def test_vendored_files_are_those_that_were_reviewed():
    listed = {name: digest for digest, name in ROW.findall((VENDOR / "VENDOR.md").read_text())}
    present = {
        str(path.relative_to(VENDOR)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in VENDOR.rglob("*")
        if path.is_file() and path.name != "VENDOR.md"
    }

    assert present == listed


def test_each_vendored_folder_carries_its_licence():
    folders = [path for path in VENDOR.iterdir() if path.is_dir()]

    assert [folder.name for folder in folders if not list(folder.glob("LICENSE*"))] == []


def test_no_vendored_file_names_a_source_map():
    texts = [path for path in VENDOR.rglob("*") if path.suffix in {".css", ".js"}]

    assert [path.name for path in texts if "sourceMappingURL" in path.read_text()] == []
