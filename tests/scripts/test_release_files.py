"""A release's folder gets an SBOM and hashes, and wheels without licences or a complete SBOM are refused."""

from __future__ import annotations

import hashlib
import importlib
import json
import sys
from typing import TYPE_CHECKING, Any
from zipfile import ZipFile

import pytest

import shirokuro as sk
from tests.support.paths import ROOT, SCRIPTS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

LICENCES = "shirokuro.dist-info/licenses/THIRD_PARTY.txt"
SBOM = "shirokuro.dist-info/sboms/shirokuro-py.cyclonedx.json"


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch.syspath_prepend(SCRIPTS)
    yield importlib.import_module("release_files")
    sys.modules.pop("release_files", None)


@pytest.fixture
def run(script: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path]:
    """Runs the script on a folder with a wheel of the given version and files."""

    def on(files: dict[str, str], version: str = sk.__version__) -> Path:
        with ZipFile(tmp_path / f"shirokuro-{version}-cp311-abi3-manylinux_2_28_x86_64.whl", "w") as wheel:
            for name, text in files.items():
                wheel.writestr(name, text)
        monkeypatch.setattr(sys, "argv", ["release_files.py", str(tmp_path)])
        script.main()
        return tmp_path

    return on


def wheel(**changes: str) -> dict[str, str]:
    """The files of a wheel with the licences of this repository and an SBOM with their crates."""
    text = (ROOT / "THIRD_PARTY.txt").read_text(encoding="utf-8")
    listed = importlib.import_module("release_files").LISTED.findall(text)
    components = [{"name": name, "version": version} for name, version in listed if name != changes.get("without")]
    return {LICENCES: text, SBOM: json.dumps({"components": components})}


def test_the_sbom_is_copied_and_every_file_is_hashed(run: Callable[..., Path]) -> None:
    folder = run(wheel())
    assert (folder / f"shirokuro-{sk.__version__}.cdx.json").read_text(encoding="utf-8") == wheel()[SBOM]
    lines = (folder / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
    sums = {name: value for value, name in (line.split("  ") for line in lines)}
    others = {path.name: path for path in folder.iterdir() if path.name != "SHA256SUMS"}
    assert sums == {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in others.items()}


@pytest.mark.usefixtures("script")
@pytest.mark.parametrize(
    ("without", "message"),
    [(LICENCES, "lacks the licences of others"), (SBOM, "lacks an SBOM"), ("rayon", "the SBOM lacks rayon")],
)
def test_an_incomplete_wheel_is_refused(run: Callable[..., Path], without: str, message: str) -> None:
    files = wheel(without=without)
    files.pop(without, None)
    with pytest.raises(SystemExit, match=message):
        run(files)


def test_a_version_without_an_entry_in_the_changelog_is_refused(run: Callable[..., Path]) -> None:
    with pytest.raises(SystemExit, match=r"^CHANGELOG\.md has no entry for 9\.9\.9$"):
        run(wheel(), version="9.9.9")
