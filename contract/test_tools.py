"""The tools of the contract tests are pinned, checked by their hashes, and tied to nobody's registry."""

import json
from pathlib import Path

FOLDER = Path(__file__).parent
PACKAGES = {
    name: package
    for name, package in json.loads((FOLDER / "package-lock.json").read_text())["packages"].items()
    if name
}


def test_every_package_is_known_by_its_hash_and_by_no_address():
    assert {name for name, package in PACKAGES.items() if not package["integrity"].startswith("sha512-")} == set()
    assert {name for name, package in PACKAGES.items() if "resolved" in package} == set()


def test_the_two_that_we_ask_for_are_pinned_exactly():
    wanted = json.loads((FOLDER / "package.json").read_text())["devDependencies"]

    assert wanted == {name: PACKAGES[f"node_modules/{name}"]["version"] for name in wanted}
