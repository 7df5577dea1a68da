"""THIRD_PARTY.txt has the licence of everything in a wheel, and names what is installed with it."""

from __future__ import annotations

import importlib
import re
import sys
import tomllib
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.paths import ROOT, SCRIPTS

if TYPE_CHECKING:
    from collections.abc import Iterator

TEXT = (ROOT / "THIRD_PARTY.txt").read_text(encoding="utf-8")


@pytest.fixture
def third_party(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch.syspath_prepend(SCRIPTS)
    yield importlib.import_module("third_party")
    sys.modules.pop("third_party", None)


def test_every_linked_crate_is_listed_in_the_version_of_the_lock_file_with_its_licence(third_party: Any) -> None:
    assert "\n".join(third_party.crates()) in TEXT, "run scripts/third_party.py"
    assert all("Copyright" in entry or "copyright" in entry for entry in third_party.crates())


def test_no_crate_has_a_licence_that_asks_for_more_than_its_text(third_party: Any) -> None:
    permissive = {"MIT", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause"}
    licences = re.findall(rf"^{third_party.RULE}\n[^:]+: (.+)$", TEXT, re.MULTILINE)
    assert len(licences) == len(third_party.crates()) + 1
    assert {name for each in licences for name in re.split(r" (?:OR|AND) ", each)} <= permissive


def test_every_crate_comes_from_the_registry_with_a_checksum() -> None:
    packages = tomllib.loads((ROOT / "Cargo.lock").read_text(encoding="utf-8"))["package"]
    others = [each for each in packages if not each["name"].startswith("shirokuro-")]
    assert {each["source"].partition("+")[0] for each in others} == {"registry"}
    assert [each["name"] for each in others if "checksum" not in each] == []


def test_the_packages_that_pip_installs_are_named() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    needed = [
        *project["dependencies"],
        *(each for extra in project["optional-dependencies"].values() for each in extra),
    ]
    names = [re.split(r"[>=<]", each)[0] for each in needed]
    assert [name for name in names if not re.search(rf"^{name}( \(extra \w+\))?: \S", TEXT, re.MULTILINE)] == []


def test_wheels_and_source_distribution_contain_the_licences() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["license-files"] == ["LICENSE", "THIRD_PARTY.txt"]
